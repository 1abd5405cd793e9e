import { expect, test } from 'vitest';
import { branchAfter, branchOf } from '../../src/thread/branches.ts';
import { answerEnd, answerText, lastRunOf, turnsOf } from '../../src/thread/turns.ts';
import { assistantMessage, functionCall, run, userMessage } from '../frames.ts';

const forks = new Map<string | null, readonly string[]>([
  [null, ['a', 'b']],
  ['b', ['c', 'd', 'e']],
]);

test('an item knows its position among its siblings, and both neighbours', () => {
  expect(branchOf(forks, { id: 'd', parent_id: 'b' })).toEqual({
    placeId: 'b',
    number: 2,
    count: 3,
    previousId: 'c',
    nextId: 'e',
  });
});

test('the first message of a thread has siblings too', () => {
  expect(branchOf(forks, { id: 'a', parent_id: null })).toMatchObject({
    number: 1,
    count: 2,
    previousId: null,
    nextId: 'b',
  });
});

test('an item without siblings is no branch', () => {
  expect(branchOf(forks, { id: 'x', parent_id: 'c' })).toBeNull();
});

test('a run without items follows the branches that have some', () => {
  expect(branchAfter(new Map([['a', ['b']]]), 'a')).toEqual({
    placeId: 'a',
    number: 2,
    count: 2,
    previousId: 'b',
    nextId: null,
  });
  expect(branchAfter(forks, 'z')).toBeNull();
});

const question = userMessage('q');
const answer = assistantMessage('a', { parent_id: 'q', status: 'completed', text: 'Yes.' });
const done = run('run_1', { status: 'completed', parent_id: 'q' });

test('turns begin with a message of the visitor', () => {
  const items = [assistantMessage('0'), question, answer, userMessage('p')];
  expect([...turnsOf(items)].map((turn) => turn.map((item) => item.id))).toEqual([
    ['0'],
    ['q', 'a'],
    ['p'],
  ]);
  expect([...turnsOf([])]).toEqual([]);
});

test('an answer ends when its run ends', () => {
  const runs = (status: 'completed' | 'in_progress') =>
    lastRunOf(new Map([['run_1', { ...done, status }]]));
  expect(answerEnd([question, answer], runs('in_progress'), new Map(), true)).toBeNull();
  expect(answerEnd([question, answer], runs('completed'), new Map(), true)).toMatchObject({
    items: [answer],
    run: { id: 'run_1' },
    branches: [],
  });
  expect(answerEnd([question], lastRunOf(new Map()), new Map(), true)).toBeNull();
});

test('of two runs on one question, each answer ends with its own', () => {
  const again = run('run_2', { status: 'failed', parent_id: 'q' });
  const lastRun = lastRunOf(new Map([done, again].map((each) => [each.id, each])));
  expect(answerEnd([question, answer], lastRun, new Map(), true)?.run?.id).toBe('run_1');
  expect(answerEnd([question], lastRun, new Map(), true)?.run?.id).toBe('run_2');
});

test('a retry from a tool call ends the answer begun before it', () => {
  const call = functionCall('f', { parent_id: 'q', status: 'completed' });
  const stopped = run('run_1', { status: 'cancelled', parent_id: 'q' });
  const retry = run('run_2', { status: 'failed', parent_id: 'f' });
  const lastRun = lastRunOf(new Map([stopped, retry].map((each) => [each.id, each])));
  expect(answerEnd([question, call], lastRun, new Map(), true)?.run?.id).toBe('run_2');
});

test('an answer knows the other answers, wherever they branch off', () => {
  const call = functionCall('f', { parent_id: 'q' });
  const last = assistantMessage('a', { parent_id: 'f' });
  const parted = new Map([
    ['q', ['e', 'f']],
    ['f', ['a', 'b']],
  ]);
  const end = answerEnd([question, call, last], lastRunOf(new Map()), parted, true);
  expect(end?.branches.map(({ placeId, number }) => [placeId, number])).toEqual([
    ['q', 2],
    ['f', 1],
  ]);
});

test('a run without items can only be at the end of the path', () => {
  const edited = new Map([['q', ['x']]]);
  const failed = lastRunOf(new Map([['run_1', run('run_1', { status: 'failed' })]]));
  expect(answerEnd([question], failed, edited, true)?.branches).toMatchObject([{ number: 2 }]);
  expect(answerEnd([question], failed, edited, false)?.branches).toEqual([]);
});

test('the text of an answer is that of its messages', () => {
  const more = assistantMessage('b', { refusal: 'I will not.' });
  expect(answerText([answer, functionCall('f'), assistantMessage('c'), more])).toBe(
    'Yes.\n\nI will not.',
  );
});
