import { afterEach, describe, expect, it, vi } from 'vitest';
import type { View } from '../../src/base/dom.ts';
import type { McpServerInfo } from '../../src/protocol.ts';
import { createApi } from '../../src/server/api.ts';
import { createSetup } from '../../src/setup/setup.ts';
import { createWire, json, refusal } from '../wire.ts';

const TIME: McpServerInfo = {
  name: 'time',
  kind: 'stdio',
  target: 'uvx mcp-server-time',
  entry: '{\n  "command": "uvx"\n}',
  state: 'ready',
  reason: null,
  log: '',
  version: '2025-11-25',
  starts: 1,
  login: null,
  can_log_in: false,
  hosted_by: null,
  tools: [
    {
      name: 'now',
      called: 'time__now',
      title: null,
      description: 'The time.',
      enabled: true,
      approval: 'ask',
      default_approval: 'ask',
    },
  ],
  left_out: [],
};

let view: View | null = null;

afterEach(() => {
  view?.dispose?.();
  document.body.replaceChildren();
});

const servers = (...servers: readonly McpServerInfo[]) =>
  json({ servers, file: 'mcp.json', problem: null, host: null });

async function open(answers: Parameters<typeof createWire>[0]) {
  const wire = createWire(answers);
  view = createSetup(createApi(wire.request));
  document.body.append(view.element);
  const section = () => document.querySelector<HTMLElement>('#setup-mcp')!;
  await vi.waitFor(() => expect(wire.requests.some((one) => one.path.includes('mcp'))).toBe(true));
  return {
    ...wire,
    section,
    input: () => section().querySelector<HTMLTextAreaElement>('#setup-mcp-configuration')!,
    press: (label: string) =>
      [...section().querySelectorAll('button')]
        .find((each) => (each.getAttribute('aria-label') ?? each.textContent) === label)!
        .click(),
    shows: (words: string) => vi.waitFor(() => expect(section().textContent).toContain(words)),
  };
}

describe('MCP servers', () => {
  it('are shown with their state, their reason and their tools', async () => {
    const lost: McpServerInfo = {
      ...TIME,
      name: 'lost',
      state: 'failed',
      reason: 'It ended with status 1.',
      log: 'No such file.',
      starts: 3,
      tools: [],
    };
    const page = await open({ 'GET /api/mcp/servers': () => servers(TIME, lost) });
    await page.shows('It ended with status 1.');
    const [time, other] = [...page.section().querySelectorAll('.mcp-server')];
    expect(time!.textContent).toContain('Ready');
    expect(time!.textContent).toContain('1 tool');
    expect(other!.textContent).toContain('No such file.');
    expect(other!.textContent).toContain('Tried 3 times so far.');
    const shown = [...time!.querySelectorAll('p:not([hidden])')].map((each) => each.textContent);
    expect(shown.join()).not.toContain('again');
  });

  it('are shown as they are once a lost one is back', async () => {
    const states: McpServerInfo['state'][] = ['failed', 'starting', 'ready'];
    const page = await open({
      'GET /api/mcp/servers': () =>
        servers({ ...TIME, state: states.shift() ?? 'ready', starts: 2 }),
    });
    await page.shows('Not connected');
    await vi.waitFor(() => expect(page.section().textContent).toContain('Ready'), 10_000);
    expect(page.section().textContent).toContain('Started again once so far.');
  });

  it('say which of their tools are left out, and why', async () => {
    const left_out = [{ name: 'odd', reason: 'inputSchema: Field required.' }];
    const page = await open({
      'GET /api/mcp/servers': () =>
        servers({ ...TIME, left_out }, { ...TIME, name: 'bare', tools: [], left_out }),
    });
    await page.shows('1 left out');
    for (const server of page.section().querySelectorAll('.mcp-server')) {
      const [listed, others] = server.querySelectorAll<HTMLElement>('.mcp-server__listed details');
      expect(listed!.hidden).toBe(server.textContent?.includes('bare'));
      expect(others!.hidden).toBe(false);
      expect(others!.textContent).toContain('odd inputSchema: Field required.');
    }
  });

  it('are added by pasting, and an odd text says why at its field', async () => {
    let answer = () => refusal(400, 'invalid_request', 'No JSON.', { field: 'configuration' });
    const page = await open({ 'POST /api/mcp/servers': () => answer() });
    page.input().value = '{';
    page.press('Add MCP server');
    await page.shows('No JSON.');
    expect(page.input().getAttribute('aria-invalid')).toBe('true');

    answer = () => servers(TIME) as ReturnType<typeof refusal>;
    page.input().value = '{"time": {"command": "uvx"}}';
    page.press('Add MCP server');
    await page.shows('Added.');
    expect(page.input().value).toBe('');
    expect(page.sent('POST', '/api/mcp/servers').at(-1)).toEqual({
      configuration: '{"time": {"command": "uvx"}}',
    });
  });

  it('run at the upstream where it can, once somebody says so', async () => {
    const host = 'https://api.example.com';
    const wiki: McpServerInfo = { ...TIME, name: 'wiki', kind: 'http' };
    const answer = (server: McpServerInfo, at: string | null) =>
      json({ servers: [TIME, server], file: 'mcp.json', problem: null, host: at });
    const page = await open({
      'GET /api/mcp/servers': () => answer(wiki, host),
      'PUT /api/mcp/servers/wiki/place': () => answer({ ...wiki, hosted_by: host }, host),
      'PATCH /api/mcp/servers/wiki': () => answer({ ...wiki, hosted_by: host }, null),
    });
    await page.shows('Run at api.example.com instead of here');
    const [time, other] = [...page.section().querySelectorAll('.mcp-server')];
    const place = (row: Element) => row.querySelector<HTMLInputElement>('input[type=checkbox]')!;
    expect(place(time!).closest('div')!.hidden).toBe(true);
    expect(other!.textContent).toContain('secrets included; no other upstream is.');
    place(other!).click();
    await page.shows('wiki runs at api.example.com.');
    expect(page.sent('PUT', '/api/mcp/servers/wiki/place')).toEqual([{ there: true }]);
    expect(place(other!).checked).toBe(true);

    page.press('Switch off wiki');
    await page.shows('Runs here as long as api.example.com does not answer your chats.');
  });

  it('are tried without being added', async () => {
    const page = await open({ 'POST /api/mcp/trials': () => servers(TIME) });
    page.input().value = '{}';
    page.press('Try first: MCP server');
    await page.shows('time works and has 1 tool: now.');
    expect(page.section().querySelectorAll('.mcp-server').length).toBe(0);
  });

  it('are switched, changed and removed after a question', async () => {
    const page = await open({
      'GET /api/mcp/servers': () => servers(TIME),
      'PATCH /api/mcp/servers/time': () => servers({ ...TIME, state: 'disabled' }),
      'PUT /api/mcp/servers/time': () => servers(TIME),
      'DELETE /api/mcp/servers/time': () => servers(),
    });
    await page.shows('time');
    page.press('Switch off time');
    await page.shows('time is off.');
    expect(page.sent('PATCH', '/api/mcp/servers/time')).toEqual([{ enabled: false }]);

    page.section().querySelector<HTMLTextAreaElement>('.mcp-server textarea')!.value = '{"x": 1}';
    page.press('Save time');
    await page.shows('time was saved.');
    expect(page.sent('PUT', '/api/mcp/servers/time')).toEqual([{ entry: '{"x": 1}' }]);

    page.press('Remove time…');
    page.press('Remove');
    await page.shows('time was removed.');
    expect(page.section().querySelectorAll('.mcp-server').length).toBe(0);
  });

  it('have tools that are switched one by one', async () => {
    const [now] = TIME.tools;
    const page = await open({
      'GET /api/mcp/servers': () => servers(TIME),
      'PATCH /api/mcp/tools/time__now': () =>
        servers({ ...TIME, tools: [{ ...now!, enabled: false }] }),
    });
    await page.shows('1 tool');
    const details = page.section().querySelector<HTMLDetailsElement>('.mcp-server details')!;
    details.open = true;
    details.dispatchEvent(new Event('toggle'));
    expect(details.textContent).toContain('Asks first. The time.');
    page.section().querySelector<HTMLInputElement>('.mcp-tool input')!.click();
    await page.shows('1 switched off');
    expect(page.sent('PATCH', '/api/mcp/tools/time__now')).toEqual([{ enabled: false }]);
  });
});
