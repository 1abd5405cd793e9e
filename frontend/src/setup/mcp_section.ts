import './mcp_section.css';
import { h, listen } from '../base/dom.ts';
import { createPolling } from '../base/polling.ts';
import type { McpServerInfo, McpServerList } from '../protocol.ts';
import { type Api, ApiProblem } from '../server/api.ts';
import { t as setup } from '../strings/setup.ts';
import { t } from '../strings/setup_mcp.ts';
import { button } from '../ui/button.ts';
import { createField } from './field.ts';
import { createFrame } from './frame.ts';
import { createMcpServerRow, type McpApi, type McpServerRow } from './mcp_server_row.ts';
import { problemText, type Section, type SetupPage } from './section.ts';

const EXAMPLE = `{
  "mcpServers": {
    "time": { "command": "uvx", "args": ["mcp-server-time"] }
  }
}`;

const NEEDY: ReadonlySet<McpServerInfo['state']> = new Set(['failed', 'needs_login']);

/** The MCP servers whose tools are called here: how each is, and how to add, change and remove them. */
export function createMcpSection(
  api: McpApi & Pick<Api, 'mcpServers' | 'addMcpServers' | 'tryMcpServers' | 'setup'>,
  page: SetupPage,
): Section {
  const requests = new AbortController();
  const rows = new Map<string, McpServerRow>();
  const list = h('ul', { class: 'setup-rows', 'aria-label': t.servers });
  const fileProblem = h('p', { class: 'setup-problem' });
  const status = h('div', { class: 'setup-result', role: 'status' });
  const alert = h('div', { class: 'setup-alert', role: 'alert' });
  const pasted = createField(
    'setup-mcp-configuration',
    t.configuration,
    h('textarea', {
      class: 'setup-input setup-input--code',
      rows: 7,
      spellcheck: 'false',
      placeholder: EXAMPLE,
    }),
    t.configurationHint,
  );
  const add = button(t.add, { kind: 'primary', 'aria-label': t.addLabel });
  const attemptIt = button(t.try, { 'aria-label': t.tryLabel });
  const adding = h(
    'details',
    { class: 'mcp-add' },
    h('summary', {}, t.addOne),
    pasted.element,
    h('div', { class: 'setup-actions' }, add, attemptIt),
  );
  const mark = h(
    'span',
    { class: 'setup-mark', 'data-mark': 'problem', hidden: true },
    setup.attention,
  );
  const element = createFrame(
    'setup-mcp',
    t.title,
    mark,
    h(
      'div',
      { class: 'setup-form' },
      h('p', { class: 'setup-hint' }, t.hint),
      fileProblem,
      list,
      adding,
      status,
      alert,
    ),
  );

  const show = ({ servers, problem, host }: McpServerList): void => {
    if (requests.signal.aborted) return;
    fileProblem.textContent = problem;
    fileProblem.hidden = problem === null;
    mark.hidden = problem === null && !servers.some(({ state }) => NEEDY.has(state));
    const hadFocus = list.contains(document.activeElement);
    for (const [name, { element }] of rows) {
      if (servers.some((server) => server.name === name)) continue;
      element.remove();
      rows.delete(name);
    }
    for (const server of servers) {
      const row = rows.get(server.name) ?? createMcpServerRow(server.name, api, attempt);
      rows.set(server.name, row);
      row.update(server, host);
      if (row.element.parentNode !== list) list.append(row.element);
    }
    if (hadFocus && !list.contains(document.activeElement)) {
      element.querySelector('summary')?.focus();
    }
    isUnsettled = servers.some(({ state }) => state === 'starting' || state === 'failed');
    if (servers.some(({ state }) => state === 'starting')) polling.start();
  };
  // One that failed is connected to again by and by.
  let isUnsettled = false;
  const load = async (): Promise<boolean> => {
    try {
      show(await api.mcpServers(requests.signal));
    } catch (error) {
      if (!requests.signal.aborted && !(error instanceof ApiProblem)) throw error;
    }
    return isUnsettled;
  };
  const begin = async (): Promise<void> => {
    if (await load()) polling.start();
  };
  const polling = createPolling(load);

  const say = (sentence: string, kind = 'setup-done'): void =>
    status.replaceChildren(...(sentence === '' ? [] : [h('p', { class: kind }, sentence)]));
  const attempt = async (
    work: () => Promise<McpServerList>,
    done: string,
  ): Promise<string | null> => {
    alert.replaceChildren();
    try {
      show(await work());
      if (isUnsettled) polling.start();
      say(done);
      // Which tools an assistant may be given has changed.
      page.onState(await api.setup(requests.signal));
      return null;
    } catch (error) {
      if (requests.signal.aborted) return null;
      if (!(error instanceof ApiProblem)) throw error;
      say('');
      const words = problemText(error);
      if (error.field === null) alert.replaceChildren(h('p', { class: 'setup-problem' }, words));
      return words;
    }
  };

  listen(add, 'click', async () => {
    const configuration = pasted.input.value;
    const problem = await attempt(() => api.addMcpServers({ configuration }), t.added);
    pasted.setError(problem);
    if (problem === null) pasted.input.value = '';
    else pasted.input.focus();
  });
  listen(attemptIt, 'click', async () => {
    say(t.connecting, 'setup-progress');
    pasted.setError(null);
    try {
      const { servers } = await api.tryMcpServers({ configuration: pasted.input.value });
      status.replaceChildren(
        ...servers.map(({ name, state, tools, reason, log }) =>
          state === 'ready'
            ? h('p', { class: 'setup-done' }, t.works(name, t.tools(tools.length), names(tools)))
            : h('p', { class: 'setup-problem' }, t.fails(name, reason, log)),
        ),
      );
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      say('');
      pasted.setError(problemText(error));
      pasted.input.focus();
    }
  });

  // The file may be changed by hand, and a server may come or go.
  const stopListening = listen(document, 'visibilitychange', () => {
    if (!document.hidden) void begin();
  });
  void begin();
  return {
    element,
    update() {},
    dispose() {
      stopListening();
      polling.dispose();
      requests.abort();
    },
  };
}

function names(tools: McpServerList['servers'][number]['tools']): string {
  const first = tools.slice(0, 12).map(({ name }) => name);
  return first.join(', ') + (tools.length > first.length ? ', …' : '');
}
