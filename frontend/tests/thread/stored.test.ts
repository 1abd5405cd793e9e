import { expect, test } from 'vitest';
import { createDraft } from '../../src/thread/drafts.ts';
import { createOutbox } from '../../src/thread/outbox.ts';
import { memoryStorage } from '../fakes.ts';

test('a draft is deleted with its thread', () => {
  const storage = memoryStorage();
  const draft = createDraft(storage, null);
  draft.write('half');
  draft.moveTo('t1');
  expect(createDraft(storage, null).read()).toBe('');
  expect(createDraft(storage, 't1').read()).toBe('half');
});

test.each(['{', '5', '[1, null, {"id": 5}]', '[{"id": "a"}]'])(
  'an outbox of nonsense is empty: %s',
  (stored) => {
    const storage = memoryStorage();
    storage.set('runstream.outbox.new', stored);
    expect(createOutbox(storage, null).entries).toEqual([]);
  },
);
