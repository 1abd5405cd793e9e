import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createAsking } from '../../src/apps/ask.ts';
import { createRequests } from '../../src/apps/requests.ts';
import type { AppResource } from '../../src/protocol.ts';

/** What the browser was told to save: names, sizes and types. */
const saved: (string | number)[][] = [];

beforeEach(() => {
  let file = new Blob();
  vi.spyOn(URL, 'createObjectURL').mockImplementation((content) => {
    file = content as Blob;
    return 'blob:x';
  });
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    saved.push([this.download, file.size, file.type]);
  });
});

type Read = (uri: string) => Promise<readonly AppResource[]>;

/** The requests of one app, whose reader chooses what `choose` names. */
function app(read: Read | null = null) {
  const asking = createAsking();
  document.body.append(asking.element);
  const tellModel = vi.fn();
  const actions = { send: vi.fn(), fill: vi.fn(), callTool: vi.fn(), tellModel };
  const requests = createRequests(asking, actions, {
    itemId: 'item_1',
    title: 'Packing',
    tools: null,
    read,
  });
  return {
    requests,
    tellModel,
    asked: () => asking.element.textContent,
    say: async (method: string, params: object): Promise<unknown> =>
      requests[method]?.({ ...params }),
    async choose(label: string): Promise<void> {
      const button = await vi.waitFor(() => {
        const found = [...asking.element.querySelectorAll('button')].find(
          (each) => each.textContent === label && !each.disabled,
        );
        expect(found).toBeDefined();
        return found;
      });
      button?.click();
    },
  };
}

afterEach(() => {
  document.body.replaceChildren();
  vi.restoreAllMocks();
  saved.length = 0;
});

const CONTEXT = 'ui/update-model-context';
const text = (said: string) => ({ type: 'text', text: said });

test('an app tells the model texts, an object, both, or nothing more', async () => {
  const { say, tellModel } = app();
  expect(await say(CONTEXT, { content: [text('3 of 5'), text('No tent.')] })).toEqual({});
  expect(tellModel).toHaveBeenCalledWith({
    itemId: 'item_1',
    title: 'Packing',
    text: '3 of 5\n\nNo tent.',
  });
  await say(CONTEXT, { structuredContent: { packed: 3 } });
  await say(CONTEXT, { content: [text('3 of 5')], structuredContent: { packed: 3 } });
  await say(CONTEXT, {});
  const told = tellModel.mock.calls.map(([context]) => context.text);
  expect(told.slice(1)).toEqual(['{"packed":3}', '3 of 5\n\n{"packed":3}', '']);
});

test.each([
  ['a picture', { content: [{ type: 'image', data: 'AA==', mimeType: 'image/png' }] }],
  ['no list', { content: { type: 'text', text: 'a' } }],
  ['no object', { structuredContent: [1] }],
  ['too long a text', { content: [text('x'.repeat(10_001))] }],
  ['too large an object', { structuredContent: { x: 'x'.repeat(10_000) } }],
])('an app cannot tell the model %s', async (_, params) => {
  const { say, tellModel } = app();
  await expect(say(CONTEXT, params)).rejects.toMatchObject({ code: -32602 });
  expect(tellModel).not.toHaveBeenCalled();
});

const TIPS = { uri: 'demo://tips', mime_type: 'text/plain', text: 'Roll.', blob: null };
const PIXEL = { uri: 'demo://pixel', mime_type: null, text: null, blob: 'AQID' };

test('an app reads of its server what the reader lets it, once or from then on', async () => {
  const read = vi.fn<Read>().mockResolvedValue([TIPS, PIXEL]);
  const { say, asked, choose } = app(read);
  const first = say('resources/read', { uri: 'demo://tips' });
  await choose('Read it');
  expect(await first).toEqual({
    contents: [
      { uri: 'demo://tips', mimeType: 'text/plain', text: 'Roll.' },
      { uri: 'demo://pixel', blob: 'AQID' },
    ],
  });
  const second = say('resources/read', { uri: 'demo://secret' });
  expect(asked()).toContain('demo://secret');
  await choose('Don’t');
  await expect(second).rejects.toThrow('The reader refused.');
  const third = say('resources/read', { uri: 'demo://other' });
  await choose('Read whatever the app asks for');
  await third;
  await say('resources/read', { uri: 'demo://pixel' });
  expect(read.mock.calls).toEqual([['demo://tips'], ['demo://other'], ['demo://pixel']]);
  for (const uri of [undefined, '', 5, 'x'.repeat(2_001)]) {
    await expect(say('resources/read', { uri })).rejects.toMatchObject({ code: -32602 });
  }
});

test('an app without a server reads nothing', () => {
  expect(app().requests['resources/read']).toBeUndefined();
});

const embedded = (uri: string, fields: object) => ({
  type: 'resource',
  resource: { uri, ...fields },
});
const link = (uri: string, name: string) => ({ type: 'resource_link', uri, name });

test('an app saves files once the reader has seen their names and sizes', async () => {
  const { say, asked, choose } = app(async () => [PIXEL]);
  const contents = [
    embedded('file:///a/b/list.txt?x=1', { mimeType: 'text/html', text: 'Tent' }),
    embedded('demo://x', { blob: 'AQID' }),
    link('demo://pixel', '../\u202Egpj.exe'),
  ];
  const done = say('ui/download-file', { contents });
  expect(asked()).toContain('list.txt, 4 bytes\nx, 3 bytes\n_gpj.exe, from its server');
  expect(saved).toEqual([]);
  await choose('Save');
  expect(await done).toEqual({});
  expect(saved).toEqual([
    ['list.txt', 4, 'application/octet-stream'],
    ['x', 3, 'application/octet-stream'],
    ['_gpj.exe', 3, 'application/octet-stream'],
  ]);
  const refused = say('ui/download-file', { contents });
  await choose('Don’t');
  await expect(refused).rejects.toThrow('The reader refused.');
  expect(saved).toHaveLength(3);
});

test.each([
  ['nothing', []],
  ['no list', { type: 'resource' }],
  ['eleven files', Array.from({ length: 11 }, () => embedded('a', { text: '' }))],
  ['no address', [{ type: 'resource', resource: { text: 'a' } }]],
  ['no content', [embedded('a', {})]],
  ['an address elsewhere, having no server', [link('https://example.com/a.exe', 'a.exe')]],
])('an app cannot save %s', async (_, contents) => {
  const { say, asked } = app();
  await expect(say('ui/download-file', { contents })).rejects.toMatchObject({ code: -32602 });
  expect(asked()).toBe('');
});

test('what is no base64 is not saved, and long names keep their endings', async () => {
  const { say, asked } = app();
  const broken = [embedded('a', { blob: '%' })];
  await expect(say('ui/download-file', { contents: broken })).rejects.toThrow('not base64');
  void say('ui/download-file', { contents: [embedded(`${'x'.repeat(300)}.csv`, { text: '' })] });
  await vi.waitFor(() => expect(asked()).toContain(`${'x'.repeat(96)}.csv, 0 bytes`));
});
