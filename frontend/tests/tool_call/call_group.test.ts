import { afterEach, expect, test } from 'vitest';
import type { Action, FunctionCall } from '../../src/protocol.ts';
import { createCallGroup } from '../../src/tool_call/call_group.ts';
import { functionCall, NO_ACTIONS } from '../frames.ts';

function call(id: string, fields: Partial<FunctionCall> = {}): FunctionCall {
  return functionCall(id, { status: 'completed', name: 'roll_dice', arguments: '{}', ...fields });
}

const ALLOWED: Action = {
  kind: 'approval',
  tool: 'roll_dice',
  asker: null,
  message: '',
  url: null,
  held: false,
  changes: [],
  form: { type: 'object', properties: {} },
  arguments: '{}',
  asked_at: 1,
  expires_at: 2_000_000_000,
  resolution: {
    decision: 'allow',
    by: 'visitor',
    at: 10,
    scope: 'once',
    reason: null,
    arguments: null,
    answer: null,
  },
  within: false,
  problem: null,
  earlier: [],
};

function show(...calls: FunctionCall[]) {
  const placed = (items: FunctionCall[]) => items.map((item) => ({ key: item.id, item }));
  const view = createCallGroup(placed(calls), NO_ACTIONS);
  document.body.append(view.element);
  const find = (selector: string) => view.element.querySelector<HTMLElement>(selector)!;
  return {
    update: (...next: FunctionCall[]) => view.update(placed(next)),
    find,
    line: find('.call-group__line'),
    text: (selector: string) => find(selector).textContent,
    isFolded: () => view.element.classList.contains('call-group--folded'),
    cards: () => view.element.querySelectorAll('.tool').length,
  };
}

afterEach(() => document.body.replaceChildren());

test('one call stands by itself', () => {
  const group = show(call('a'));
  expect(group.line.hidden).toBe(true);
  expect(group.isFolded()).toBe(false);
});

test('several calls fold into one line that says how many and how long, and opens', () => {
  const group = show(
    call('a', { duration_ms: 1400 }),
    call('b', { name: 'get_weather', duration_ms: 1000 }),
  );
  expect(group.text('.call-group__what')).toBe('Used 2 tools');
  expect(group.text('.call-group__names')).toBe('roll_dice, get_weather');
  expect(group.text('.call-group__line .tool-duration')).toBe('2.4 s');
  expect([group.isFolded(), group.line.getAttribute('aria-expanded')]).toEqual([true, 'false']);
  group.line.click();
  expect([group.isFolded(), group.line.getAttribute('aria-expanded')]).toEqual([false, 'true']);
});

test('a tool that was used several times is one tool', () => {
  const twice = show(call('a'), call('b'));
  expect(twice.text('.call-group__what')).toBe('Used roll_dice 2 times');
  expect(twice.text('.call-group__names')).toBe('');
  const three = show(call('a'), call('b'), call('c', { name: 'other' }));
  expect(three.text('.call-group__what')).toBe('Used 2 tools in 3 calls');
});

test('the line counts calls that have ended, and says what went wrong', () => {
  const group = show(call('a'), call('b', { status: 'running' }));
  expect(group.text('.call-group__what')).toBe('Used roll_dice');
  group.update(call('a'), call('b', { status: 'failed' }), call('c', { status: 'denied' }));
  expect(group.text('.call-group__what')).toBe('Used roll_dice 3 times');
  expect(group.text('.call-group__trouble')).toBe('1 failed, 1 denied');
});

test('a call that somebody decided on stands outside', () => {
  const decided = call('b', { required_action: ALLOWED });
  const group = show(call('a'), decided);
  expect(group.text('.call-group__what')).toBe('Used roll_dice');
  expect(group.find('[data-key=a]').classList.contains('tool--stands')).toBe(false);
  expect(group.find('[data-key=b]').classList.contains('tool--stands')).toBe(true);
});

test('what the reader has opened stays open when others follow', () => {
  const group = show(call('a'));
  group.find('.tool-header').click();
  group.update(call('a'), call('b'));
  expect(group.isFolded()).toBe(false);
});

test('the focus moves to the line when the card that has it folds away', () => {
  const group = show(call('a'), call('b', { status: 'running' }));
  const header = group.find('.tool:last-child .tool-header');
  header.focus();
  group.update(call('a'), call('b'));
  expect(document.activeElement).toBe(group.line);
});

test('a call that is gone from the path is gone from its group', () => {
  const group = show(call('a'), call('b'));
  group.update(call('a'));
  expect([group.cards(), group.line.hidden]).toEqual([1, true]);
});
