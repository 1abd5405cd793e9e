import { expect, test } from 'vitest';
import { kept } from '../../src/base/storage.ts';
import { createDraft } from '../../src/thread/drafts.ts';
import { createOutbox } from '../../src/thread/outbox.ts';
import { memoryStorage } from '../fakes.ts';

test('storage that the browser refuses lasts as long as the page', () => {
  const storage = kept(() => {
    throw new DOMException('Denied', 'SecurityError');
  });
  storage.set('a', '1');
  expect(storage.get('a')).toBe('1');
  storage.remove('a');
  expect(storage.get('a')).toBeNull();
});

test('what does not fit is kept in memory, over what was stored before', () => {
  const values = new Map([['a', 'old']]);
  const full = {
    getItem: (key: string) => values.get(key) ?? null,
    setItem() {
      throw new DOMException('Full', 'QuotaExceededError');
    },
    removeItem: (key: string) => values.delete(key),
  } as unknown as Storage;
  const storage = kept(() => full);
  storage.set('a', 'new');
  expect(storage.get('a')).toBe('new');
  storage.remove('a');
  expect(storage.get('a')).toBeNull();
});

test('a draft goes with its thread', () => {
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
