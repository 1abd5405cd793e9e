import { afterEach, expect, test } from 'vitest';
import { createHeader } from '../src/header.ts';
import { memoryStorage } from './fakes.ts';

afterEach(() => {
  delete document.documentElement.dataset['theme'];
});

test('the theme goes from the system’s to light, to dark and back, and is kept', () => {
  const storage = memoryStorage();
  const header = createHeader(storage, document.createElement('button'));
  const button = header.element.querySelector<HTMLElement>('.header__actions button')!;
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
  createHeader(storage, document.createElement('button'));
  expect(document.documentElement.dataset['theme']).toBe('light');
});

test('an unknown stored theme counts as the system’s', () => {
  const storage = memoryStorage();
  storage.set('runstream.theme', 'sepia');
  createHeader(storage, document.createElement('button'));
  expect(document.documentElement.dataset['theme']).toBeUndefined();
});

test('the setup link is marked as current on the setup page', () => {
  const header = createHeader(memoryStorage(), document.createElement('button'));
  const setup = header.element.querySelector('a[href="/setup"]')!;
  header.update({ name: 'setup' });
  expect(setup.getAttribute('aria-current')).toBe('page');
  header.update({ name: 'chat', threadId: null });
  expect(setup.hasAttribute('aria-current')).toBe(false);
});

test('who has logged in can log out, here or everywhere', () => {
  const header = createHeader(memoryStorage(), document.createElement('button'));
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
