import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { h } from '../../src/base/dom.ts';
import type { FilePart, FunctionCall } from '../../src/protocol.ts';
import { createToolCall, isToolItem, type ToolItem } from '../../src/tool_call/tool_call.ts';
import { createWidgetRegistry, type PreviewProps } from '../../src/widgets/widget.ts';
import { NO_ACTIONS } from '../frames.ts';

const BASE = {
  id: 'item_1',
  parent_id: null,
  run_id: 'run_1',
  status: 'in_progress',
  created_at: 0,
} as const;
const CALL = {
  ...BASE,
  call_id: null,
  error: null,
  duration_ms: null,
  required_action: null,
} as const;
const NO_WIDGETS = createWidgetRegistry({});

function functionCall(fields: Partial<FunctionCall> = {}): FunctionCall {
  return {
    ...CALL,
    type: 'function_call',
    title: null,
    icon: null,
    name: 'get_weather',
    arguments: '',
    outputs: [],
    widget: null,
    progress: null,
    has_app: false,
    ...fields,
  };
}

function show(item: ToolItem, registry = NO_WIDGETS) {
  const view = createToolCall(item, NO_ACTIONS, registry);
  document.body.append(view.element);
  const find = (selector: string) => view.element.querySelector<HTMLElement>(selector);
  return {
    ...view,
    find,
    header: () => find('button')!,
    text: (selector: string) => find(selector)?.textContent ?? null,
    unfolded: () => !find('.tool-fold')!.hidden,
  };
}

afterEach(() => document.body.replaceChildren());

describe('a tool-call card', () => {
  it('is called what the function says, beside its icon', () => {
    expect(show(functionCall()).text('.tool-name')).toBe('get_weather');
    const card = show(functionCall({ title: 'Weather', icon: '⛅' }));
    expect(card.text('.tool-name')).toBe('Weather');
    expect(card.text('.emoji')).toBe('⛅');
    expect(show(functionCall({ icon: 'note' })).find('.icon--note')).not.toBeNull();
    expect(show(functionCall({ icon: 'no_such' })).find('.icon--braces')).not.toBeNull();
  });

  it('fills in live: arguments as they arrive, then the output and the time it took', () => {
    const card = show(functionCall());
    expect(card.text('.tool-status')).toBe('Writing arguments');
    expect(card.unfolded()).toBe(true);

    card.update(functionCall({ arguments: '{"location":"Os' }));
    expect(card.text('.tool-json')).toBe('{\n  "location": "Os');
    const args = '{"location":"Oslo","dates":[]}';
    card.update(functionCall({ arguments: args, status: 'running' }));
    expect(card.text('.tool-json')).toBe('{\n  "location": "Oslo",\n  "dates": []\n}');
    expect(card.text('.tool-status')).toBe('Running');
    expect(card.text('.tool-summary')).toBe('Oslo');

    card.update(
      functionCall({
        arguments: args,
        status: 'completed',
        outputs: [{ type: 'json', value: { ok: true } }],
        duration_ms: 1234,
      }),
    );
    expect(card.text('.tool-status')).toBe('Completed');
    expect(card.text('.tool-duration')).toBe('1.2 s');
    expect(card.unfolded()).toBe(false);
    card.header().click();
    expect([...card.element.querySelectorAll('.tool-json')].at(-1)!.textContent).toBe(
      '{\n  "ok": true\n}',
    );
  });

  it('appends to what it shows instead of building it again', () => {
    const card = show(functionCall({ arguments: '{"location":"O' }));
    const value = card.find('.tool-json-string')!;
    for (const rest of ['sl', 'slo', 'slo, Norway']) {
      card.update(functionCall({ arguments: `{"location":"O${rest}` }));
    }
    expect(card.find('.tool-json-string')).toBe(value);
    expect(value.textContent).toBe('"Oslo, Norway');
  });

  it('shows the final arguments even where they are not a continuation', () => {
    const card = show(functionCall({ arguments: '{"a":1' }));
    card.update(functionCall({ arguments: '{"b":2}', status: 'running' }));
    expect(card.text('.tool-json')).toBe('{\n  "b": 2\n}');
  });

  it('folds and unfolds by its header, and tells so', () => {
    const card = show(
      functionCall({
        status: 'completed',
        arguments: '{}',
        outputs: [{ type: 'text', text: 'fine', annotations: [] }],
      }),
    );
    const fold = card.find('.tool-fold')!;
    expect(card.header().getAttribute('aria-controls')).toBe(fold.id);
    expect(card.header().getAttribute('aria-expanded')).toBe('false');
    expect(fold.hidden).toBe(true);
    card.header().click();
    expect(card.header().getAttribute('aria-expanded')).toBe('true');
    expect(fold.hidden).toBe(false);
    expect(card.text('.tool-text')).toBe('fine');
  });

  it('shows an error without unfolding, and what the model was told within', () => {
    const card = show(
      functionCall({
        status: 'failed',
        arguments: '{"location":""}',
        error: 'The location is empty.',
        outputs: [{ type: 'json', value: { error: 'The location is empty.' } }],
      }),
    );
    expect(card.unfolded()).toBe(false);
    expect(card.text('.tool-error')).toBe('The location is empty.');
    expect(card.find('.tool-error')!.hidden).toBe(false);
    expect(card.element.dataset['status']).toBe('failed');
  });

  it('says every status in words', () => {
    const said = (
      [
        'in_progress',
        'awaiting_approval',
        'running',
        'completed',
        'failed',
        'denied',
        'cancelled',
        'incomplete',
      ] as const
    ).map((status) => show(functionCall({ status })).text('.tool-status'));
    expect(new Set(said).size).toBe(8);
    expect(said).not.toContain('');
  });

  it('never makes elements of what a model or a function said', () => {
    const evil = '<img src=x onerror=alert(1)>';
    const card = show(
      functionCall({
        name: evil,
        arguments: JSON.stringify({ [evil]: evil }),
        outputs: [{ type: 'text', text: evil, annotations: [] }],
        error: evil,
      }),
    );
    card.update(
      functionCall({
        status: 'completed',
        arguments: evil,
        outputs: [{ type: 'json', value: [evil] }],
      }),
    );
    expect(card.find('img')).toBeNull();
    expect(card.element.textContent).toContain(evil);
  });
});

describe('a card whose app cannot be had', () => {
  const why = '[Its app cannot be shown: The server answered 404.]';
  const done = functionCall({
    status: 'completed',
    has_app: true,
    outputs: [
      { type: 'text', text: why, annotations: [] },
      { type: 'text', text: 'Noon', annotations: [] },
    ],
  });

  // Its code is loaded with the first app.
  beforeAll(() => import('../../src/apps/view.ts'));
  afterEach(() => vi.unstubAllGlobals());

  it('opens, and says below that its output says why', () => {
    const card = show(done);
    expect(card.unfolded()).toBe(true);
    expect(card.text('.tool-fold')).toContain(why);
    expect(card.text('.tool-notice')).toContain('The app of this call cannot be shown.');
    card.header().click();
    card.update({ ...done });
    expect(card.unfolded()).toBe(false);
  });

  it('opens once the call has ended that it was to show from the beginning', async () => {
    const asked = vi.fn(() => Promise.resolve(Response.json({}, { status: 409 })));
    vi.stubGlobal('fetch', asked);
    const card = show(functionCall({ status: 'running', has_app: true }));
    await vi.waitFor(() => expect(card.find('.app-view')?.hidden).toBe(true));
    card.update(done);
    expect(card.unfolded()).toBe(true);
    expect(card.find('.tool-notice')).not.toBeNull();
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it.each([
    [404, { error: { code: 'not_found', message: 'No.' } }, 'The app is not there any more.'],
    [409, { error: { code: 'not_read', message: 'It is too large.' } }, 'It is too large.'],
    [502, null, 'The server answered 502.'],
  ])(
    'opens with the reason where a page that was kept is answered by %i',
    async (status, body, reason) => {
      vi.stubGlobal('fetch', () => Promise.resolve(Response.json(body, { status })));
      const app = {
        type: 'app',
        file_id: 'file_1',
        title: 'Clock',
        data: null,
        meta: null,
        domains: { connect: [], resource: [], frame: [], base_uri: [] },
        prefers_border: null,
        tools: null,
      } as const;
      const card = show(functionCall({ status: 'completed', outputs: [app] }));
      await vi.waitFor(() => expect(card.text('.app-note')).toBe(reason));
      expect(card.unfolded()).toBe(true);
      expect(card.find('.tool-notice')).toBeNull();
    },
  );
});

describe('a card with a widget', () => {
  const done = functionCall({
    status: 'completed',
    arguments: '{"location":"Oslo"}',
    outputs: [{ type: 'json', value: 7 }],
  });

  it('shows the widget and folds, with the raw output within reach', async () => {
    const widget = vi.fn(() => h('p', { class: 'mine' }, 'Seven'));
    const registry = createWidgetRegistry({
      './widgets/get_weather.ts': () => Promise.resolve({ default: widget }),
    });
    const card = show(functionCall(), registry);
    expect(card.unfolded()).toBe(true);
    card.update(done);
    await vi.waitFor(() => expect(card.text('.mine')).toBe('Seven'));
    expect(widget).toHaveBeenCalledExactlyOnceWith({
      name: 'get_weather',
      arguments: { location: 'Oslo' },
      output: 7,
      files: [],
      actions: {
        send: NO_ACTIONS.send,
        fill: NO_ACTIONS.fill,
        open: NO_ACTIONS.open,
        call: expect.any(Function),
      },
    });
    expect(card.unfolded()).toBe(false);
    card.header().click();
    expect([...card.element.querySelectorAll('.tool-json')].at(-1)!.textContent).toBe('7');

    card.update({ ...done });
    expect(widget).toHaveBeenCalledTimes(1);
    expect(card.unfolded()).toBe(true);
  });

  it('draws at once where the widget was loaded before', async () => {
    const registry = createWidgetRegistry({
      './widgets/get_weather.ts': () =>
        Promise.resolve({ default: () => h('p', { class: 'mine' }) }),
    });
    await registry.load('get_weather');
    expect(show(done, registry).find('.mine')).not.toBeNull();
  });

  it.each([
    [
      'throws',
      () =>
        Promise.resolve({
          default: () => {
            throw new Error('No such sky.');
          },
        }),
      'No such sky.',
    ],
    [
      'returns no element',
      () => Promise.resolve({ default: () => 'text' }),
      'other than an element',
    ],
    ['exports nothing', () => Promise.resolve({}), 'no default export'],
    ['does not load', () => Promise.reject(new Error('Syntax')), 'Syntax'],
  ])('falls back to JSON where the widget %s', async (_, load, reason) => {
    const card = show(done, createWidgetRegistry({ './widgets/get_weather.ts': load }));
    await vi.waitFor(() => expect(card.text('.tool-notice')).toContain(reason));
    expect(card.unfolded()).toBe(true);
    expect([...card.element.querySelectorAll('.tool-json')].at(-1)!.textContent).toBe('7');
  });

  it('shows the widget that the function asks for, else the one that is called like it', async () => {
    const registry = createWidgetRegistry({
      './widgets/chart.ts': () => Promise.resolve({ default: () => h('p', { class: 'chart' }) }),
      './widgets/get_weather.ts': () =>
        Promise.resolve({ default: () => h('p', { class: 'mine' }) }),
    });
    const asking = show({ ...done, widget: 'chart' }, registry);
    await vi.waitFor(() => expect(asking.find('.chart')).not.toBeNull());
    const unknown = show({ ...done, widget: 'no_such_widget' }, registry);
    await vi.waitFor(() => expect(unknown.find('.mine')).not.toBeNull());
  });

  it('shows a preview while arguments arrive and the function works, then the output', async () => {
    const registry = createWidgetRegistry({
      './widgets/get_weather.ts': () =>
        Promise.resolve({
          default: () => h('p', { class: 'mine' }),
          preview(first: PreviewProps) {
            const element = h('p', { class: 'preview' });
            const update = (props: PreviewProps) => {
              element.textContent = JSON.stringify([props.arguments, props.progress?.message]);
            };
            update(first);
            return { element, update };
          },
        }),
    });
    await registry.load('get_weather');
    const card = show(functionCall({ arguments: '{"location":"Os' }), registry);
    expect(card.text('.preview')).toBe('[{"location":"Os"},null]');
    const [preview] = [card.find('.preview')];
    const progress = { fraction: 0.5, message: 'Half' };
    card.update(functionCall({ arguments: '{"location":"Oslo"}', status: 'running', progress }));
    expect(card.text('.preview')).toBe('[{"location":"Oslo"},"Half"]');
    expect(card.find('.preview')).toBe(preview);
    expect(card.text('.tool-progress')).toBe('Half');
    card.update({ ...done, progress });
    expect(card.find('.preview')).toBeNull();
    expect(card.find('.mine')).not.toBeNull();
    expect(card.find('.tool-progress')!.hidden).toBe(true);
  });

  it('leaves the files of the output to a widget that shows them', async () => {
    const file = {
      type: 'file',
      file_id: 'file_1',
      name: 'a.csv',
      media_type: 'text/csv',
      size: 1,
    };
    const item = functionCall({ status: 'completed', outputs: [file as FilePart] });
    for (const showsFiles of [true, false]) {
      const registry = createWidgetRegistry({
        './widgets/get_weather.ts': () =>
          Promise.resolve({ default: () => h('p', { class: 'mine' }), showsFiles }),
      });
      await registry.load('get_weather');
      const card = show(item, registry);
      expect(card.find('.tool-results')!.closest('[hidden]') !== null).toBe(showsFiles);
    }
  });

  it('shows none for a call that failed', () => {
    const widget = vi.fn();
    const registry = createWidgetRegistry({
      './widgets/get_weather.ts': () => Promise.resolve({ default: widget }),
    });
    show({ ...done, error: 'It failed.' }, registry);
    show({ ...done, status: 'failed' }, registry);
    expect(widget).not.toHaveBeenCalled();
  });
});

describe('the other tools', () => {
  it('shows code, logs, images and files', () => {
    const card = show({
      ...CALL,
      type: 'code_interpreter_call',
      language: 'python',
      code: 'print(1',
      outputs: [],
    });
    expect(card.text('pre')).toBe('print(1');
    expect(card.text('.md-code-language')).toBe('python');
    card.update({
      ...CALL,
      type: 'code_interpreter_call',
      language: 'python',
      code: 'print(1)',
      outputs: [{ type: 'logs', logs: '1' }],
    });
    const logs = card.find('.tool-text')!;
    card.update({
      ...CALL,
      status: 'completed',
      type: 'code_interpreter_call',
      language: 'python',
      code: 'print(1)',
      outputs: [
        { type: 'logs', logs: '1\n2' },
        {
          type: 'image',
          file_id: 'file_plot',
          url: null,
          name: 'plot.png',
          alt: null,
          media_type: 'image/png',
          size: 4,
        },
        {
          type: 'file',
          file_id: 'file_2',
          name: 'table.csv',
          media_type: 'text/csv',
          size: 4,
          origin: null,
        },
      ],
    });
    card.header().click();
    expect(card.find('.tool-text')).toBe(logs);
    expect(logs.textContent).toBe('1\n2');
    const picture = card.find('img')!;
    expect(picture.getAttribute('src')).toBe('/api/files/file_plot/content');
    expect(picture.getAttribute('alt')).toBe('plot.png');
    const link = card.find('a.file')!;
    expect(link.textContent).toBe('table.csvCSV, 4 bytes');
    expect(link.getAttribute('href')).toBe('/api/files/file_2/content');
    expect(link.getAttribute('download')).toBe('table.csv');
  });

  it('shows queries and results of a file search', () => {
    const card = show({
      ...CALL,
      type: 'file_search_call',
      queries: ['leave days'],
      results: [
        {
          file_id: 'file_1',
          filename: 'rules.pdf',
          score: 0.875,
          text: 'Thirty.',
          location: 'page 4',
        },
      ],
    });
    expect(card.text('.tool-summary')).toBe('leave days');
    expect(card.text('.tool-result')).toBe('rules.pdf page 4, score 0.88Thirty.');
  });

  it('links pages of a web search safely, and only over http', () => {
    const card = show({
      ...CALL,
      type: 'web_search_call',
      action: 'search',
      queries: ['news'],
      urls: ['https://example.org/a', 'javascript:alert(1)', 'data:text/html,x', 'nonsense'],
    });
    const links = [...card.element.querySelectorAll('a')];
    expect(links.map((link) => link.getAttribute('href'))).toEqual(['https://example.org/a']);
    expect(links[0]!.target).toBe('_blank');
    expect(links[0]!.rel).toBe('noopener noreferrer');
    expect(card.element.textContent).toContain('javascript:alert(1)');
  });

  it('shows a picture while it is made, then the finished one with a download', () => {
    const making: ToolItem = {
      ...CALL,
      type: 'image_generation_call',
      prompt: 'A cat',
      file_id: null,
      filename: null,
      media_type: null,
      size: null,
      previews: 2,
      error: null,
    };
    const card = show(making);
    expect(card.text('.tool-text')).toBe('A cat');
    const preview = card.element.querySelector<HTMLImageElement>('.tool-preview')!;
    expect(preview.getAttribute('src')).toBe('/api/previews/item_1?n=2');
    card.update({
      ...making,
      status: 'completed',
      previews: 0,
      file_id: 'file_cat',
      filename: 'a-cat.png',
      media_type: 'image/png',
      size: 2048,
    });
    expect(preview.isConnected).toBe(false);
    const picture = card.element.querySelector<HTMLImageElement>('.picture__image')!;
    expect([picture.getAttribute('src'), picture.alt]).toEqual([
      '/api/files/file_cat/content',
      'A cat',
    ]);
    expect(card.element.querySelector('a')!.download).toBe('a-cat.png');
    expect(card.header().getAttribute('aria-expanded')).toBe('false');
  });

  it('says why there is no picture', () => {
    const card = show({
      ...CALL,
      status: 'failed',
      type: 'image_generation_call',
      prompt: null,
      file_id: null,
      filename: null,
      media_type: null,
      size: null,
      previews: 0,
      error: 'Blocked.',
    });
    expect(card.text('.tool-error')).toBe('Blocked.');
    expect(card.element.querySelector('img')).toBeNull();
  });

  it('shows an MCP call with its server, and JSON within its text as JSON', () => {
    const card = show({
      ...CALL,
      status: 'completed',
      type: 'mcp_call',
      server_label: 'wiki',
      name: 'search',
      arguments: '{"q":"sea"}',
      output: '[1]',
    });
    card.header().click();
    expect(card.text('.tool-name')).toBe('wiki: search');
    expect([...card.element.querySelectorAll('.tool-json')].at(-1)!.textContent).toBe('[\n  1\n]');
  });

  it('knows which items are calls', () => {
    expect(isToolItem(functionCall())).toBe(true);
    expect(isToolItem({ ...BASE, type: 'reasoning', summary: [] })).toBe(false);
  });
});
