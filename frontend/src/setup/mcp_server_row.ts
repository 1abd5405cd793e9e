import { fullTime } from '../base/amounts.ts';
import { h, listen, setText } from '../base/dom.ts';
import { safeUrl } from '../base/links.ts';
import type { McpServerInfo, McpServerList, McpToolInfo } from '../protocol.ts';
import type { Api } from '../server/api.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/setup_mcp.ts';
import { button } from '../ui/button.ts';
import { createField } from './field.ts';
import { createMcpPlace } from './mcp_place.ts';
import { createMcpTools } from './mcp_tools.ts';

export type McpApi = Pick<
  Api,
  | 'mcpServers'
  | 'updateMcpServer'
  | 'switchMcpServer'
  | 'placeMcpServer'
  | 'removeMcpServer'
  | 'retryMcpServer'
  | 'switchMcpTool'
  | 'logInToMcpServer'
  | 'logOutOfMcpServer'
>;

/** Makes a change and says what was done; returns what went wrong, or null. */
export type Attempt = (work: () => Promise<McpServerList>, done: string) => Promise<string | null>;

export interface McpServerRow {
  readonly element: HTMLElement;
  /** `host` is the upstream in use, if it can call the tools of servers itself. */
  update(server: McpServerInfo, host: string | null): void;
}

const MARKS: Readonly<Record<McpServerInfo['state'], string>> = {
  starting: 'optional',
  ready: 'done',
  failed: 'problem',
  needs_login: 'problem',
  disabled: 'optional',
};

/** One MCP server: how it is, its tools, its entry, and what can be done with it. */
export function createMcpServerRow(name: string, api: McpApi, attempt: Attempt): McpServerRow {
  const mark = h('span', { class: 'setup-mark' });
  const target = h('span', { class: 'mcp-server__target' });
  const restarts = h('p', { class: 'setup-hint' });
  const reason = h('p', { class: 'setup-hint setup-warning' });
  const log = h('pre', {
    class: 'mcp-server__log',
    tabindex: 0,
    role: 'region',
    'aria-label': t.row.logOf(name),
  });
  const logs = h('details', {}, h('summary', {}, t.row.log), log);
  const tools = createMcpTools(async (tool: McpToolInfo, enabled: boolean) => {
    const done = enabled ? t.row.isOn(tool.name) : t.row.isOff(tool.name);
    return (await attempt(() => api.switchMcpTool(tool.called, { enabled }), done)) === null;
  });
  const place = createMcpPlace(name, async (there, host) => {
    const done = there ? t.row.runsAt(name, host) : t.row.runsHere(name);
    return (await attempt(() => api.placeMcpServer(name, { there }), done)) === null;
  });
  const editor = createEditor(name, (entry) =>
    attempt(() => api.updateMcpServer(name, { entry }), t.row.saved(name)),
  );
  const turn = button('', {});
  const retry = button(t.row.connect, { 'aria-label': t.row.connectThat(name) });
  const logIn = button(t.row.logIn, { kind: 'primary', 'aria-label': t.row.logInTo(name) });
  const logOut = button(t.row.logOut, { 'aria-label': t.row.logOutOf(name) });
  const login = h('p', { class: 'setup-hint' });
  const remove = button(t.row.remove, { kind: 'danger', 'aria-label': t.row.removeThat(name) });
  const removeNow = button(common.remove, { kind: 'danger' });
  const keep = button(t.row.keep);
  const confirmation = h(
    'div',
    { class: 'setup-confirm', role: 'group', 'aria-label': t.row.removeAsk(name), hidden: true },
    h('p', {}, t.row.removeWhat(name)),
    removeNow,
    keep,
  );
  const element = h(
    'li',
    { class: 'mcp-server', 'aria-label': name },
    h('div', { class: 'mcp-server__head' }, h('h3', { class: 'mcp-server__name' }, name), mark),
    target,
    restarts,
    reason,
    login,
    place.element,
    tools.element,
    logs,
    editor.element,
    h('div', { class: 'setup-actions' }, logIn, logOut, turn, retry, remove, confirmation),
  );
  let isOff = false;

  listen(turn, 'click', () => {
    const enabled = isOff;
    const done = enabled ? t.row.isOn(name) : t.row.isOff(name);
    void attempt(() => api.switchMcpServer(name, { enabled }), done);
  });
  listen(retry, 'click', () => void attempt(() => api.retryMcpServer(name), ''));
  listen(logIn, 'click', () => {
    void attempt(async () => {
      const { address } = await api.logInToMcpServer(name);
      const url = safeUrl(address);
      if (url !== null) window.location.assign(url);
      return api.mcpServers();
    }, '');
  });
  listen(logOut, 'click', () => {
    const work = () => api.logOutOfMcpServer(name).then(() => api.mcpServers());
    void attempt(work, t.row.loggedOut(name));
  });
  const confirm = (asked: boolean): void => {
    confirmation.hidden = !asked;
    remove.hidden = asked;
    (asked ? removeNow : remove).focus();
  };
  listen(remove, 'click', () => confirm(true));
  listen(keep, 'click', () => confirm(false));
  listen(removeNow, 'click', () => {
    void attempt(() => api.removeMcpServer(name), t.row.removed(name));
  });

  return {
    element,
    update(server, host) {
      mark.dataset['mark'] = MARKS[server.state];
      mark.textContent = t.row.states[server.state];
      isOff = server.state === 'disabled';
      setText(target, server.target);
      setText(restarts, restartsText(server));
      restarts.hidden = server.starts < 2 || isOff;
      setText(reason, server.reason);
      reason.hidden = server.reason === null || server.state === 'ready' || isOff;
      setText(log, server.log);
      logs.hidden = server.log === '';
      turn.textContent = isOff ? t.row.switchOn : t.row.switchOff;
      turn.setAttribute('aria-label', isOff ? t.row.on(name) : t.row.off(name));
      turn.hidden = server.kind === null;
      retry.hidden = server.kind === null || !['failed', 'needs_login'].includes(server.state);
      logIn.hidden = server.state !== 'needs_login' || !server.can_log_in;
      logOut.hidden = server.login === null;
      setText(login, loginText(server));
      login.hidden = server.login === null;
      place.update(server, host);
      tools.update(server);
      editor.update(server.entry);
    },
  };
}

function restartsText({ kind, starts, state }: McpServerInfo): string {
  if (state !== 'ready') return t.row.tried(starts);
  return kind === 'stdio' ? t.row.startedAgain(starts - 1) : t.row.connectedAgain(starts - 1);
}

function loginText({ login }: McpServerInfo): string {
  if (login === null) return '';
  const issuer = login.issuer === null ? null : safeUrl(login.issuer);
  const at = issuer === null ? null : new URL(issuer).host;
  if (login.renewed) return t.row.loggedIn(at, 'renewed');
  if (login.expires_at === null) return t.row.loggedIn(at, 'forever');
  return t.row.loggedIn(at, { until: fullTime(login.expires_at) });
}

/** The entry of a server as JSON text. What somebody writes stays until it is saved. */
function createEditor(
  name: string,
  save: (entry: string) => Promise<string | null>,
): { readonly element: HTMLElement; update(entry: string): void } {
  const id = `mcp-entry-${encodeURIComponent(name)}`;
  const field = createField(
    id,
    t.row.entry,
    h('textarea', { class: 'setup-input setup-input--code', rows: 8, spellcheck: 'false' }),
    t.row.entryHint,
  );
  const saving = button(common.save, { kind: 'primary', 'aria-label': t.row.save(name) });
  const element = h(
    'details',
    {},
    h('summary', {}, t.row.change),
    h('div', { class: 'mcp-editor' }, field.element, h('div', { class: 'setup-actions' }, saving)),
  );
  let stored = '';
  listen(saving, 'click', async () => {
    const problem = await save(field.input.value);
    field.setError(problem);
    if (problem === null) element.open = false;
    else field.input.focus();
  });
  return {
    element,
    update(entry) {
      if (field.input.value === stored) field.input.value = entry;
      stored = entry;
    },
  };
}
