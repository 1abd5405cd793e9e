import { afterEach, describe, expect, it, vi } from 'vitest';
import type { View } from '../../src/base/dom.ts';
import { createApi } from '../../src/server/api.ts';
import { createSetup } from '../../src/setup/setup.ts';
import { changed, createWire, FUNCTIONS, json, refusal, STATE } from '../wire.ts';

const POLICY = 'PUT /api/functions/get_weather/approval';
const EVERYWHERE = { tool: 'get_weather', thread_id: null, title: null };
const IN_CHAT = { tool: 'wiki.edit', thread_id: 'thread 1', title: 'About **milk**' };

let view: View | null = null;

afterEach(() => {
  view?.dispose?.();
  document.body.replaceChildren();
});

/** The page before the given server, once it has listed the tools. */
async function open(answers: Parameters<typeof createWire>[0] = {}, place?: string) {
  const wire = createWire(answers);
  view = createSetup(createApi(wire.request), place);
  document.body.append(view.element);
  const all = <E extends HTMLElement>(selector: string) => [
    ...document.querySelectorAll<E>(`#setup-approvals ${selector}`),
  ];
  const texts = (selector: string) => all(selector).map((each) => each.textContent);
  const choice = () => all<HTMLSelectElement>('select').at(-1)!;
  await vi.waitFor(() => expect(all('select').length).toBeGreaterThan(0));
  return {
    ...wire,
    all,
    texts,
    choice,
    choose(value: string) {
      choice().value = value;
      choice().dispatchEvent(new Event('change', { bubbles: true }));
    },
    granted: () => texts('.approval-grants li .setup-row__words'),
    takeBack: (index: number) => all('.approval-grants li button')[index]!.click(),
  };
}

const granting = (...grants: readonly object[]) => ({
  'GET /api/grants': () => json({ grants }),
});

describe('whether a tool asks', () => {
  it('is shown for the tools that run here, beside what they declare', async () => {
    const [weather] = FUNCTIONS.functions;
    const page = await open({
      'GET /api/setup': () => json(changed({ hosted_tools: ['file_search'] })),
      'GET /api/functions': () =>
        json({
          ...FUNCTIONS,
          functions: [{ ...weather, title: 'Weather', icon: '☀', approval: 'ask' }],
        }),
    });
    expect(page.texts('.policy label')).toEqual(['Code interpreter', '☀ Weather get_weather']);
    expect(page.choice().value).toBe('ask');
    expect(page.choice().labels[0]?.textContent).toBe('☀ Weather get_weather');
    expect(
      document.getElementById(page.choice().getAttribute('aria-describedby')!)?.textContent,
    ).toBe('Default: Runs at once');
  });

  it('is saved as soon as it is chosen', async () => {
    const page = await open({ [POLICY]: () => json(FUNCTIONS) });
    page.choose('ask');
    await vi.waitFor(() => expect(page.texts('.setup-done')).toHaveLength(1));
    page.choose('never');
    const sent = () => page.sent('PUT', '/api/functions/get_weather/approval');
    await vi.waitFor(() => expect(sent()).toEqual([{ approval: 'ask' }, { approval: null }]));
  });

  it('is chosen for all tools of a server, or left to each of them', async () => {
    const sources = [{ name: 'mcp:files', approval: null }];
    const page = await open({
      'GET /api/functions': () => json({ ...FUNCTIONS, sources }),
      'PUT /api/functions/mcp%3Afiles/approval': () => json(FUNCTIONS),
    });
    expect(page.choice().labels[0]?.textContent).toBe('All other tools of files');
    expect(page.choice().selectedOptions[0]?.textContent).toBe('As each tool says');
    page.choose('ask');
    const sent = () => page.sent('PUT', '/api/functions/mcp%3Afiles/approval');
    await vi.waitFor(() => expect(sent()).toEqual([{ approval: 'ask' }]));
    page.choose('declared');
    await vi.waitFor(() => expect(sent()).toEqual([{ approval: 'ask' }, { approval: null }]));
  });

  it('stays what it was where the server refuses', async () => {
    const page = await open({ [POLICY]: () => refusal(503, 'busy', 'Not now.') });
    page.choose('always_allow');
    await vi.waitFor(() => expect(page.texts('.setup-problem')).toEqual(['Not now.']));
    expect(page.choice().value).toBe('never');
  });

  it('is asked for again when the page comes back into view', async () => {
    const page = await open();
    Object.assign(page.routes, granting(EVERYWHERE));
    document.dispatchEvent(new Event('visibilitychange'));
    await vi.waitFor(() => expect(page.granted()).toHaveLength(1));
  });
});

describe('what is always allowed', () => {
  it('says where, with a link to the chat', async () => {
    const page = await open(granting(EVERYWHERE, IN_CHAT));
    expect(page.granted()).toEqual(['get_weatherEverywhere', 'wiki.editIn the chat About milk']);
    expect(page.all('.approval-grants a')[0]!.getAttribute('href')).toBe('/chat/thread%201');
  });

  it('is taken back one by one, and the focus stays near', async () => {
    const page = await open({
      ...granting(EVERYWHERE, IN_CHAT),
      'DELETE /api/grants/wiki.edit?thread_id=thread+1': () => new Response(null, { status: 204 }),
      'DELETE /api/grants/get_weather': () => new Response(null, { status: 204 }),
    });
    page.all('.approval-grants button')[1]!.focus();
    Object.assign(page.routes, granting(EVERYWHERE));
    page.takeBack(1);
    await vi.waitFor(() =>
      expect(page.texts('.setup-done')).toEqual([
        'wiki.edit is no longer always allowed in the chat “About milk”.',
      ]),
    );
    expect(document.activeElement?.getAttribute('aria-label')).toBe(
      'Take back get_weather everywhere',
    );
    Object.assign(page.routes, granting());
    page.takeBack(0);
    await vi.waitFor(() => expect(page.granted()).toEqual([]));
    expect(document.activeElement?.textContent).toBe('You always allow');
    expect(page.texts('.approval-grants p')[0]).toContain('Nothing.');
  });
});

it('the page opens at the section that its address names', async () => {
  await open({}, 'approvals');
  expect(document.activeElement?.id).toBe('setup-approvals-title');
});

it('a question to the user is a tool with a name and a text', async () => {
  const tools = [...STATE.tools, 'ask_user'];
  await open({ 'GET /api/setup': () => json(changed({ tools })) });
  const box = document.querySelector('input[value=ask_user]')!.closest('.setup-choice')!;
  expect(box.querySelector('label')?.textContent).toBe('Questions to you');
  expect(box.querySelector('p')?.textContent).toContain('waits for your answer');
});
