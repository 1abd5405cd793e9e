import { afterEach, expect, test, vi } from 'vitest';
import type { CodeInterpreterCall, CodeOutput } from '../../src/protocol.ts';
import { splitLogs } from '../../src/tool_call/bodies/traceback.ts';
import { createToolCall } from '../../src/tool_call/tool_call.ts';
import { createWidgetRegistry } from '../../src/widgets/widget.ts';
import { NO_ACTIONS } from '../frames.ts';

afterEach(() => document.body.replaceChildren());

function call(outputs: readonly CodeOutput[], fields: Partial<CodeInterpreterCall> = {}) {
  return {
    id: 'item_1',
    parent_id: null,
    run_id: 'run_1',
    status: 'in_progress',
    created_at: 0,
    call_id: null,
    error: null,
    duration_ms: null,
    required_action: null,
    type: 'code_interpreter_call',
    language: 'python',
    code: 'print(1)',
    outputs,
    ...fields,
  } as const;
}

function show(item: CodeInterpreterCall) {
  const view = createToolCall(item, NO_ACTIONS, createWidgetRegistry({}));
  document.body.append(view.element);
  const find = (selector: string) => view.element.querySelector<HTMLElement>(selector);
  return { ...view, find };
}

const image = (fields: object): CodeOutput => ({
  type: 'image',
  file_id: null,
  url: null,
  name: null,
  alt: null,
  media_type: null,
  size: null,
  ...fields,
});

const TRACEBACK = `Traceback (most recent call last):
  File "<cell>", line 2, in <module>
    1 / 0
    ~~^~~
ZeroDivisionError: division by zero
`;

test('long logs are cut after a whole line, and the rest is one click away', () => {
  const lines = Array.from({ length: 1_200 }, (_, index) => `line ${index}\n`).join('');
  const card = show(call([{ type: 'logs', logs: lines }]));
  const logs = card.find('.tool-text')!;
  expect(logs.textContent?.split('\n')).toHaveLength(40);
  const all = card.find('.tool-logs .button')!;
  expect(all.textContent).toBe('Show all 1,200 lines');
  all.click();
  expect(logs.textContent).toBe(lines);
  expect(all.hidden).toBe(true);
  card.update(call([{ type: 'logs', logs: `${lines}more\n` }]));
  expect(logs.textContent).toBe(`${lines}more\n`);
});

test('one line that never ends is cut too', () => {
  const card = show(call([{ type: 'logs', logs: 'x'.repeat(100_000) }]));
  expect(card.find('.tool-text')!.textContent).toHaveLength(8_000);
  expect(card.find('.tool-logs .button')!.hidden).toBe(false);
});

test('short logs are shown whole', () => {
  const card = show(call([{ type: 'logs', logs: 'one\ntwo\n' }]));
  expect(card.find('.tool-text')!.textContent).toBe('one\ntwo\n');
  expect(card.find('.tool-logs .button')!.hidden).toBe(true);
});

test('an error is told in its last line, and its traceback is folded', () => {
  const card = show(call([{ type: 'logs', logs: `before\n${TRACEBACK}` }], { status: 'failed' }));
  card.find('.tool-header')!.click();
  const failure = card.find('.tool-failure') as HTMLDetailsElement;
  expect(failure.hidden).toBe(false);
  expect(failure.open).toBe(false);
  expect(failure.querySelector('summary')?.textContent).toBe('ZeroDivisionError: division by zero');
  expect(failure.querySelector('pre')?.textContent).toContain('line 2');
  expect(card.find('.tool-text')!.textContent).toBe('before\n');
});

test.each([
  ['no error', 'a\nb\n', null],
  [
    'an error of a package',
    `${TRACEBACK.slice(0, -37)}\nnumpy.linalg.LinAlgError: Singular`,
    'numpy.linalg.LinAlgError: Singular',
  ],
  [
    'an error without a message',
    'Traceback (most recent call last):\n  x\nKeyboardInterrupt',
    'KeyboardInterrupt',
  ],
  ['one that is cut off', 'Traceback (most recent call last):\n  File', 'The program failed.'],
])('of logs with %s', (_, logs, summary) => {
  expect(splitLogs(logs).error?.summary ?? null).toBe(summary);
});

test('pictures and files stand below the card, folded or not', async () => {
  const card = show(call([image({ file_id: 'file_1' })], { status: 'completed' }));
  expect(card.find('.tool-fold')!.hidden).toBe(true);
  const picture = card.find('.tool-results img')!;
  expect(picture.getAttribute('src')).toBe('/api/files/file_1/content');
  expect(picture.getAttribute('alt')).toBe('Result 1 of the code');
  picture.closest('button')!.click();
  const dialog = await vi.waitFor(() => {
    const shown = document.querySelector('dialog');
    expect(shown?.open).toBe(true);
    return shown!;
  });
  expect(dialog.querySelector('img')?.getAttribute('src')).toBe('/api/files/file_1/content');
  dialog.querySelector('button')!.click();
  expect(document.querySelector('dialog')).toBeNull();
});

test('a picture that came along is shown, a foreign one is a link, anything else is text', () => {
  const card = show(
    call([
      image({ url: 'data:image/png;base64,AAAA' }),
      image({ url: 'https://far.example/x.png' }),
      image({ url: 'data:image/svg+xml,<svg onload=alert(1)>' }),
      image({ file_id: '../../x' }),
    ]),
  );
  const sources = [...card.element.querySelectorAll('img')].map((one) => one.getAttribute('src'));
  expect(sources).toEqual(['data:image/png;base64,AAAA']);
  const links = [...card.element.querySelectorAll('.tool-results a')];
  expect(links.map((link) => link.getAttribute('href'))).toEqual(['https://far.example/x.png']);
});

test('a picture that cannot be loaded says so', () => {
  const card = show(call([image({ file_id: 'gone', name: 'plot.png' })]));
  card.find('img')!.dispatchEvent(new Event('error'));
  expect(card.find('.tool-results')!.textContent).toBe('plot.png cannot be shown.');
});

test('a changed result takes the place of the old one', () => {
  const card = show(call([image({ file_id: 'a' })]));
  card.update(call([image({ file_id: 'b' })]));
  const sources = [...card.element.querySelectorAll('img')].map((one) => one.getAttribute('src'));
  expect(sources).toEqual(['/api/files/b/content']);
});
