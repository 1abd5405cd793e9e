import { afterEach, expect, test } from 'vitest';
import { createHeader } from '../src/header.ts';
import { icon } from '../src/ui/icon.ts';
import { memoryStorage } from './fakes.ts';

const BRAND = { name: 'Chat', logo: () => icon('brand') };

afterEach(() => {
  delete document.documentElement.dataset['theme'];
});

test('the theme goes from the system’s to light, to dark and back, and is kept', () => {
  const storage = memoryStorage();
  const header = createHeader(BRAND, storage, document.createElement('button'), () => undefined);
  const button = [...header.element.querySelectorAll('button')].at(-1)!;
  const seen = [0, 1, 2].map(() => {
    button.click();
    return [button.textContent, document.documentElement.dataset['theme']];
  });
  expect(seen).toEqual([
    ['Theme: light', 'light'],
    ['Theme: dark', 'dark'],
    ['Theme: auto', undefined],
  ]);
  button.click();
  delete document.documentElement.dataset['theme'];
  createHeader(BRAND, storage, document.createElement('button'), () => undefined);
  expect(document.documentElement.dataset['theme']).toBe('light');
});

test('an unknown stored theme counts as the system’s', () => {
  const storage = memoryStorage();
  storage.set('runstream.theme', 'sepia');
  createHeader(BRAND, storage, document.createElement('button'), () => undefined);
  expect(document.documentElement.dataset['theme']).toBeUndefined();
});

test('the setup link is marked as current on the setup page', () => {
  const header = createHeader(
    BRAND,
    memoryStorage(),
    document.createElement('button'),
    () => undefined,
  );
  const setup = header.element.querySelector('a[href="/setup"]')!;
  header.update({ name: 'setup' });
  expect(setup.getAttribute('aria-current')).toBe('page');
  header.update({ name: 'chat', threadId: null });
  expect(setup.hasAttribute('aria-current')).toBe(false);
});

test('who has logged in can log out, here or everywhere', () => {
  const header = createHeader(
    BRAND,
    memoryStorage(),
    document.createElement('button'),
    () => undefined,
  );
  document.body.append(header.element);
  const said: boolean[] = [];
  header.offerLogOut((everywhere) => said.push(everywhere));
  const button = [...header.element.querySelectorAll('button')].at(-1)!;
  for (const place of [0, 1]) {
    button.click();
    header.element.querySelectorAll<HTMLElement>('[role="menuitem"]')[place]!.click();
  }
  expect(said).toEqual([false, true]);
  header.element.remove();
});
