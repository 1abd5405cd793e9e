import { describe, expect, test } from 'vitest';
import type { ServerMessage, ThreadEvent } from '../../src/protocol.ts';
import { withOlder } from '../../src/thread/older.ts';
import {
  EMPTY_STATE,
  itemsOf,
  reduce,
  resumePoint,
  type ThreadState,
} from '../../src/thread/state.ts';
import {
  assistantMessage,
  codeCall,
  delta,
  functionCall,
  hello,
  numbered,
  PICTURE,
  reasoning,
  run,
  said,
  seeded,
  snapshot,
  thread,
  userMessage,
  wholeRun,
} from '../frames.ts';

const reduceAll = (frames: readonly ServerMessage[], start = EMPTY_STATE): ThreadState =>
  frames.reduce(reduce, start);

/** A socket on an empty thread. */
const opened = (): ThreadState => reduceAll([hello(), snapshot()]);

const one = (...events: Parameters<typeof numbered>[0]): ThreadState =>
  reduceAll(numbered(events), opened());

const items = (state: ThreadState) => [...itemsOf(state)];

/** One case per member of the union: a new member does not compile without its case. */
const MEMBERS: Record<ServerMessage['type'], () => void> = {
  'run.updated': () => {
    const waiting = run('run_1', { status: 'requires_action', expires_at: 9 });
    const state = reduceAll([
      hello(),
      snapshot({ items: [userMessage('a')], runs: [run('run_1')], active_run: run('run_1') }),
      { type: 'run.updated', seq: 1, run: waiting },
    ]);
    expect(state.activeRun).toEqual(waiting);
    expect(state.runs.get('run_1')).toEqual(waiting);
  },
  'run.rated': () => {
    const feedback = { rating: 'down', comment: 'Five.', at: 9 } as const;
    const state = reduceAll([
      hello(),
      snapshot({ items: [userMessage('a')], runs: [run('run_1', { status: 'completed' })] }),
      { type: 'run.rated', seq: 1, run_id: 'run_1', feedback },
      { type: 'run.rated', seq: 2, run_id: 'on another branch', feedback },
    ]);
    expect([...state.runs.values()].map((each) => each.feedback)).toEqual([feedback]);
    expect(state.activeRun).toBeNull();
  },
  hello: () => {
    const state = reduce(EMPTY_STATE, hello('e9'));
    expect(state.serverEpoch).toBe('e9');
    expect(state.upstream).toBe('demo');
    expect(resumePoint(state)).toBeNull();
  },
  snapshot: () => {
    const active = run('run_2');
    const state = reduceAll([
      hello(),
      snapshot({
        seq: 7,
        items: [
          userMessage('a'),
          assistantMessage('b'),
          userMessage('c', { run_id: 'run_2' }),
          assistantMessage('d', { run_id: 'run_2' }),
        ],
        runs: [run('run_1', { status: 'completed' }), active],
        active_run: active,
      }),
    ]);
    expect(items(state).map((item) => item.id)).toEqual(['a', 'b', 'c', 'd']);
    expect(state.live.map((item) => item.id)).toEqual(['c', 'd']);
    expect(state.activeRun).toBe(active);
    expect([...state.runs.keys()]).toEqual(['run_1', 'run_2']);
    expect(resumePoint(state)).toBe('e1:7');
  },
  'run.started': () => {
    const state = one({ type: 'run.started', run: run('run_1') });
    expect(state.activeRun?.id).toBe('run_1');
    expect(state.runs.get('run_1')?.status).toBe('in_progress');
  },
  'run.finished': () => {
    const error = { code: 'upstream_auth', message: 'No.', retryable: false, retry_after_s: null };
    const state = one(
      { type: 'run.started', run: run('run_1') },
      { type: 'run.finished', run: run('run_1', { status: 'failed', error }) },
    );
    expect(state.activeRun).toBeNull();
    expect(state.runs.get('run_1')?.error).toEqual(error);
  },
  'item.added': () => {
    const state = one(
      { type: 'item.added', item: userMessage('a'), command_id: 'c1' },
      { type: 'item.added', item: assistantMessage('b'), command_id: null },
    );
    expect(items(state).map((item) => item.id)).toEqual(['a', 'b']);
  },
  'item.delta': () => {
    const state = one(
      { type: 'item.added', item: assistantMessage('a'), command_id: null },
      delta('a', 'text', 0, 'Hello '),
      delta('a', 'text', 6, 'there'),
      delta('a', 'refusal', 0, 'No.'),
    );
    expect(items(state)).toEqual([assistantMessage('a', { text: 'Hello there', refusal: 'No.' })]);
  },
  'item.updated': () => {
    const next = functionCall('a', { status: 'running', arguments: '{}' });
    const state = one(
      { type: 'item.added', item: functionCall('a'), command_id: null },
      { type: 'item.updated', item: next },
    );
    expect(items(state)).toEqual([next]);
  },
  'item.done': () => {
    const done = assistantMessage('a', { status: 'completed', text: 'As it is.' });
    const state = one(
      { type: 'item.added', item: assistantMessage('a'), command_id: null },
      delta('a', 'text', 0, 'As it was'),
      { type: 'item.done', item: done },
    );
    expect(items(state)).toEqual([done]);
  },
  'item.annotation': () => {
    const annotation = {
      type: 'file_citation',
      start: 1,
      end: 1,
      file_id: 'f',
      filename: null,
      quote: null,
      location: null,
    } as const;
    const state = one(
      { type: 'item.added', item: assistantMessage('a'), command_id: null },
      delta('a', 'text', 0, 'Yes.'),
      { type: 'item.annotation', item_id: 'a', index: 0, annotation },
    );
    expect(items(state)).toEqual([assistantMessage('a', { content: said('Yes.', annotation) })]);
  },
  'thread.updated': () => {
    expect(one({ type: 'thread.updated', thread: thread({ title: 'New' }) }).thread?.title).toBe(
      'New',
    );
  },
  ack: () => {
    const before = opened();
    const ack = { type: 'ack', id: 'c', thread_id: 't', item_id: 'i', run_id: 'r' } as const;
    expect(reduce(before, ack)).toBe(before);
  },
  error: () => {
    const before = opened();
    const error = {
      type: 'error',
      id: null,
      code: 'x',
      message: 'y',
      retryable: false,
      run_id: null,
    } as const;
    expect(reduce(before, error)).toBe(before);
  },
  pong: () => {
    const before = opened();
    expect(reduce(before, { type: 'pong', id: 'p' })).toBe(before);
  },
};

describe('every server message has its effect', () => {
  test.each(Object.entries(MEMBERS))('%s', (_, check) => check());
});

test('a message of a newer server changes nothing', () => {
  const before = opened();
  expect(reduce(before, { type: 'item.sung' } as unknown as ServerMessage)).toBe(before);
});

describe('deltas', () => {
  test('fill lists by index', () => {
    const state = one(
      { type: 'item.added', item: reasoning('a'), command_id: null },
      delta('a', 'summary', 0, 'one'),
      delta('a', 'summary', 0, 'two', 1),
      { type: 'item.added', item: codeCall('b'), command_id: null },
      delta('b', 'code', 0, 'x'),
      delta('b', 'logs', 0, 'out'),
      delta('b', 'logs', 3, 'put'),
    );
    expect(items(state)).toEqual([
      reasoning('a', { summary: ['one', 'two'] }),
      codeCall('b', { parent_id: 'a', code: 'x', outputs: [{ type: 'logs', logs: 'output' }] }),
    ]);
  });

  test('drop overlapping text, counted in UTF-16 code units', () => {
    const state = one(
      { type: 'item.added', item: assistantMessage('a'), command_id: null },
      delta('a', 'text', 0, 'sun 🌞'),
      delta('a', 'text', 4, '🌞 rain'),
      delta('a', 'text', 0, 'sun'),
    );
    expect(items(state)).toEqual([assistantMessage('a', { text: 'sun 🌞 rain' })]);
    expect(state.resync).toBe(false);
  });

  test('grow the text at their place, before and after a picture', () => {
    const state = one(
      { type: 'item.added', item: assistantMessage('a'), command_id: null },
      delta('a', 'text', 0, 'Look: '),
      {
        type: 'item.updated',
        item: assistantMessage('a', { content: [...said('Look: '), PICTURE] }),
      },
      delta('a', 'text', 0, 'A h', 2),
      delta('a', 'text', 3, 'arbour.', 2),
    );
    expect(items(state)).toEqual([
      assistantMessage('a', { content: [...said('Look: '), PICTURE, ...said('A harbour.')] }),
    ]);
  });

  test.each([
    ['beyond the end', delta('a', 'text', 1, 'x')],
    ['for an item that is not here', delta('z', 'text', 0, 'x')],
    ['for a field the item does not have', delta('a', 'code', 0, 'x')],
    ['for a list entry beyond the next', delta('b', 'summary', 0, 'x', 1)],
    ['for a picture', delta('c', 'text', 0, 'x')],
  ])('%s ask for a snapshot', (_, event) => {
    const state = one(
      { type: 'item.added', item: assistantMessage('a'), command_id: null },
      { type: 'item.added', item: reasoning('b'), command_id: null },
      { type: 'item.added', item: assistantMessage('c', { content: [PICTURE] }), command_id: null },
      event,
    );
    expect(state.resync).toBe(true);
    expect(resumePoint(state)).toBeNull();
  });

  test('leave every other item unchanged', () => {
    const before = reduceAll([
      hello(),
      snapshot({
        items: [userMessage('a'), assistantMessage('b'), userMessage('c'), assistantMessage('d')],
      }),
    ]);
    const after = reduceAll(numbered([delta('d', 'text', 0, 'x')]), before);
    expect(after.settled).toBe(before.settled);
    expect(after.live[0]).toBe(before.live[0]);
    expect(after.live[1]).not.toBe(before.live[1]);
  });
});

describe('branches', () => {
  const chat = (): ThreadState =>
    reduceAll([
      hello(),
      snapshot({
        items: [
          userMessage('a'),
          assistantMessage('b', { parent_id: 'a' }),
          userMessage('c', { parent_id: 'b', run_id: 'run_2' }),
          assistantMessage('d', { parent_id: 'c', run_id: 'run_2' }),
        ],
        runs: [
          run('run_0'),
          run('run_1', { status: 'completed', parent_id: 'a' }),
          run('run_2', { status: 'failed', parent_id: 'c' }),
        ],
      }),
    ]);
  const chatAfter = (...events: Parameters<typeof numbered>[0]): ThreadState =>
    reduceAll(numbered(events), chat());
  const path = (state: ThreadState) => items(state).map((item) => item.id);
  const edited = userMessage('e', { parent_id: 'b' });

  test('an item with an earlier parent replaces the items after that parent', () => {
    const state = chatAfter({ type: 'item.added', item: edited, command_id: 'c1' });
    expect(path(state)).toEqual(['a', 'b', 'e']);
    expect(state.live).toEqual([edited]);
    expect(state.forks).toEqual(new Map([['b', ['c', 'e']]]));
    expect([...state.runs.keys()]).toEqual(['run_0', 'run_1']);
  });

  test('the first message can be replaced', () => {
    const first: ThreadEvent = {
      type: 'item.added',
      seq: 1,
      item: userMessage('e'),
      command_id: null,
    };
    const state = reduce(chat(), first);
    expect(path(state)).toEqual(['e']);
    expect(state.forks).toEqual(new Map([[null, ['a', 'e']]]));
    expect([...state.runs.keys()]).toEqual(['run_0']);
  });

  test('the end of a path can be replaced, and has its start put before it', () => {
    const end = reduceAll([
      hello(),
      snapshot({ items: [userMessage('c', { parent_id: 'b' })], before: 'c' }),
    ]);
    const state = reduce(end, { type: 'item.added', seq: 1, item: edited, command_id: null });
    expect(path(state)).toEqual(['e']);
    expect(state.forks).toEqual(new Map([['b', ['c', 'e']]]));
    const first = userMessage('f');
    expect(reduce(end, { type: 'item.added', seq: 1, item: first, command_id: null }).resync).toBe(
      true,
    );

    const start = [userMessage('a'), assistantMessage('b', { parent_id: 'a' })];
    const page = { items: start, runs: [run('run_1')], forks: [], before: null };
    const whole = withOlder(state, 'c', page);
    expect(path(whole)).toEqual(['a', 'b', 'e']);
    expect([...whole.runs.keys()]).toEqual(['run_1']);
    expect(whole.before).toBeNull();
    // A page that comes late belongs nowhere.
    expect(withOlder(whole, 'c', page)).toBe(whole);
  });

  test('an earlier head cuts the path, and the next item becomes a sibling', () => {
    const head = { type: 'thread.updated', thread: thread({ head_id: 'c' }) } as const;
    const state = chatAfter(head);
    expect(path(state)).toEqual(['a', 'b', 'c']);
    expect(state.live).toEqual([userMessage('c', { parent_id: 'b', run_id: 'run_2' })]);
    expect(state.forks).toEqual(new Map([['c', ['d']]]));
    const answer = assistantMessage('f', { parent_id: 'c' });
    expect(chatAfter(head, { type: 'item.added', item: answer, command_id: null }).forks).toEqual(
      new Map([['c', ['d', 'f']]]),
    );
  });

  test('a fork keeps all its branches, and is removed with its part of the path', () => {
    const again = userMessage('f', { parent_id: 'b' });
    const third = chatAfter(
      { type: 'item.added', item: edited, command_id: null },
      { type: 'item.added', item: again, command_id: null },
    );
    expect(third.forks).toEqual(new Map([['b', ['c', 'e', 'f']]]));
    const other = userMessage('g', { parent_id: null });
    const state = reduce(third, { type: 'item.added', seq: 3, item: other, command_id: null });
    expect(state.forks).toEqual(new Map([[null, ['a', 'g']]]));
  });

  test.each([
    { type: 'item.added', item: userMessage('e', { parent_id: 'z' }), command_id: null } as const,
    { type: 'thread.updated', thread: thread({ head_id: 'z' }) } as const,
  ])('a place that is not on the path asks for a snapshot: $type', (event) => {
    expect(chatAfter(event).resync).toBe(true);
  });
});

describe('order', () => {
  const frames = (): ServerMessage[] => [hello(), snapshot(), ...wholeRun()];
  const whole = reduceAll(frames());

  test('a missing event asks for a snapshot, and later events change nothing', () => {
    const [first, , third, fourth] = wholeRun() as [
      ThreadEvent,
      ThreadEvent,
      ThreadEvent,
      ThreadEvent,
    ];
    const gap = reduceAll([first, third], opened());
    expect(gap.resync).toBe(true);
    expect(reduce(gap, fourth)).toBe(gap);
    expect(reduce(gap, snapshot({ seq: 3 })).resync).toBe(false);
  });

  test('the new epoch of a restarted server needs a snapshot before any event', () => {
    const state = reduceAll([hello('e2'), ...numbered([delta('item_5', 'text', 0, 'x')])], whole);
    expect(state.resync).toBe(true);
    const mended = reduce(state, snapshot({ seq: 4 }));
    expect(resumePoint(mended)).toBe('e2:4');
  });

  test('a resume point names the epoch its number belongs to', () => {
    expect(resumePoint(reduce(whole, hello('e2')))).toBe(`e1:${whole.seq}`);
  });

  test.each(Array.from({ length: 100 }, (_, seed) => seed))(
    'duplicates, replays and snapshots end in the same state (seed %i)',
    (seed) => {
      const random = seeded(seed);
      const events = wholeRun();
      let state = opened();
      let next = 0;
      while (next < events.length) {
        const roll = random();
        if (roll < 0.15) {
          // The socket was cut: the log is replayed from somewhere before.
          state = reduce(state, hello());
          next = Math.floor(random() * next);
        } else if (roll < 0.2) {
          // The log has moved on: a snapshot of some later moment.
          const at = next + Math.floor(random() * (events.length - next));
          const then = reduceAll([hello(), snapshot(), ...events.slice(0, at)]);
          state = reduceAll([hello(), asSnapshot(then)], state);
          next = at;
        } else {
          const event = events[next];
          if (event !== undefined) state = reduce(state, event);
          if (roll < 0.35 && event !== undefined) state = reduce(state, event);
          next += 1;
        }
      }
      expect(state).toEqual(whole);
    },
  );
});

function asSnapshot(state: ThreadState): ServerMessage {
  return snapshot({
    seq: state.seq,
    thread: state.thread ?? thread(),
    items: items(state),
    runs: [...state.runs.values()],
    active_run: state.activeRun,
    forks: [...state.forks].map(([parent_id, item_ids]) => ({ parent_id, item_ids })),
  });
}
