import { afterEach, expect, test } from 'vitest';
import { createAnswerEnd } from '../../src/chat/answer_end.ts';
import type { Run, Usage } from '../../src/protocol.ts';
import { assistantMessage, run } from '../frames.ts';

const USAGE: Usage = {
  input_tokens: 12_000,
  cached_tokens: 10_000,
  output_tokens: 345,
  reasoning_tokens: 45,
  total_tokens: 12_345,
};

afterEach(() => document.body.replaceChildren());

function answered(fields: Partial<Run>): HTMLButtonElement {
  const items = [assistantMessage('a1', { text: 'Hi.', status: 'completed' })];
  const ended = run('r1', { upstream: 'responses', status: 'completed', ...fields });
  const view = createAnswerEnd(
    {
      kind: 'answer_end',
      key: 'end r1',
      end: { question: null, items, run: ended, branches: [] },
      isLatest: true,
      isBusy: false,
      isNamed: false,
    },
    { runAgain() {}, edit() {}, switchTo() {}, rate: () => Promise.resolve(null) },
  );
  document.body.append(view.element);
  const button = document.querySelector<HTMLButtonElement>('.answer-end__facts');
  if (button === null) throw new Error('There are no facts.');
  return button;
}

function facts(): Record<string, string> {
  const rows = [...document.querySelectorAll('.facts > div')];
  return Object.fromEntries(rows.map((row) => [...row.children].map((cell) => cell.textContent)));
}

test('an answer tells in a line by whom it is, how long it took and of how many tokens', () => {
  const button = answered({ model: 'gpt-5', active_s: 4.21, usage: USAGE, finished_at: 9 });
  expect(button.textContent).toBe('gpt-5 · 4.2 s · 12,345 tokens');
  expect(facts()).toEqual({});
  button.click();
  expect(button.getAttribute('aria-expanded')).toBe('true');
  expect(facts()).toMatchObject({
    Model: 'gpt-5',
    Duration: '4.2 s',
    Read: '12,000 tokens (10,000 cached)',
    Written: '345 tokens (45 reasoning)',
  });
  button.click();
  expect(button.getAttribute('aria-expanded')).toBe('false');
});

test('an answer of which nothing was counted tells its duration', () => {
  const button = answered({ created_at: 100, finished_at: 165 });
  expect(button.textContent).toBe('1 min 5 s');
  button.click();
  expect(Object.keys(facts())).toEqual(['Time', 'Duration']);
});

test('the demo counts words', () => {
  const button = answered({ upstream: 'demo', active_s: 12, usage: { ...USAGE, total_tokens: 1 } });
  expect(button.textContent).toBe('12 s · 1 word');
});
