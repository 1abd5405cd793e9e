import { expect, test } from 'vitest';
import { withFallback } from '../../src/base/storage.ts';

test('storage that the browser refuses lasts as long as the page', () => {
  const storage = withFallback(() => {
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
  const storage = withFallback(() => full);
  storage.set('a', 'new');
  expect(storage.get('a')).toBe('new');
  storage.remove('a');
  expect(storage.get('a')).toBeNull();
});
