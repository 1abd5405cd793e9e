import { afterEach, expect, it, vi } from 'vitest';
import type { FunctionCall } from '../../src/protocol.ts';
import { type CalledTool, createWidgetCalls } from '../../src/tool_call/widget_calls.ts';
import { functionCall } from '../frames.ts';

const DONE: FunctionCall = functionCall('item_1', {
  name: 'add',
  status: 'completed',
  outputs: [{ type: 'json', value: 3 }],
});

function show(...answers: (CalledTool | Error)[]) {
  const callTool = vi.fn(() => {
    const answer = answers.shift()!;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
  const calls = createWidgetCalls(callTool);
  document.body.append(calls.element);
  const press = async (label: string) => {
    const named = () =>
      [...calls.element.querySelectorAll('button')].find((each) => each.textContent === label);
    await vi.waitFor(() => expect(named()).toBeDefined());
    named()!.click();
  };
  return { ...calls, callTool, press };
}

afterEach(() => document.body.replaceChildren());

it('gives a widget the output of what it calls, and tells the reader of the call', async () => {
  const calls = show(DONE);
  expect(await calls.call('add', { a: 1 })).toEqual({ output: 3, files: [] });
  expect(calls.callTool).toHaveBeenCalledExactlyOnceWith('add', { a: 1 }, false);
  expect(calls.element.textContent).toBe('The widget called add.');
});

it('asks the reader where the tool asks, and calls it once allowed', async () => {
  const calls = show('ask', DONE);
  const done = calls.call('add', { a: 1 });
  await vi.waitFor(() => expect(document.activeElement?.textContent).toBe('Allow once'));
  expect(calls.element.querySelector('fieldset')?.getAttribute('aria-label')).toBe(
    'Approval of add',
  );
  expect(calls.element.querySelector('dl')?.textContent).toBe('a1');
  await calls.press('Allow once');
  expect(await done).toEqual({ output: 3, files: [] });
  expect(calls.callTool).toHaveBeenLastCalledWith('add', { a: 1 }, true);
  expect(calls.element.querySelector('fieldset')).toBeNull();
});

it('makes no call that the reader denies', async () => {
  const calls = show('ask');
  const done = calls.call('add', {});
  await calls.press('Deny');
  await expect(done).rejects.toThrow('You denied the call of add.');
  expect(calls.callTool).toHaveBeenCalledTimes(1);
});

it.each([
  [new Error('The server is gone.'), 'The server is gone.'],
  [{ ...DONE, status: 'failed' as const, error: 'No such place.' }, 'No such place.'],
  [{ ...DONE, status: 'failed' as const }, 'add has failed.'],
])('rejects with a sentence where there is no output', async (answer, sentence) => {
  await expect(show(answer).call('add', {})).rejects.toThrow(sentence);
});
