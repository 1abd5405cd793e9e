import { afterEach, expect, test } from 'vitest';
import { createAppContexts } from '../../src/chat/app_contexts.ts';

const PACKING = { itemId: 'item_1', title: 'Packing', text: '3 of 5' };

function show() {
  const contexts = createAppContexts();
  document.body.append(contexts.element);
  const rows = () => [...contexts.element.querySelectorAll('li')].map((row) => row.textContent);
  return { ...contexts, rows };
}

afterEach(() => document.body.replaceChildren());

test('what an app tells is shown as its words until it goes out with a message', () => {
  const { element, tell, take, rows } = show();
  expect(element.hidden).toBe(true);
  tell(PACKING);
  tell({ ...PACKING, text: '4 of 5' });
  tell({ itemId: 'item_2', title: 'Bill', text: '28 each' });
  expect(rows()).toEqual([
    expect.stringContaining('From the app Packing4 of 5'),
    expect.stringContaining('From the app Bill28 each'),
  ]);
  expect(take().map(({ text }) => text)).toEqual(['4 of 5', '28 each']);
  expect(element.hidden).toBe(true);
  expect(take()).toEqual([]);
});

test('what was told is told again only once it is something else', () => {
  const { tell, take, rows } = show();
  tell(PACKING);
  take();
  tell(PACKING);
  expect(rows()).toEqual([]);
  tell({ ...PACKING, text: '4 of 5' });
  tell(PACKING);
  expect(rows()).toEqual([]);
});

test('the reader takes it out, and so does the app', () => {
  const { element, tell, take } = show();
  tell(PACKING);
  element.querySelector('button')!.click();
  expect(take()).toEqual([]);
  tell(PACKING);
  tell({ ...PACKING, text: '' });
  expect(take()).toEqual([]);
});

test('of many apps the last eight are told', () => {
  const { tell, take } = show();
  for (let number = 0; number < 10; number += 1) {
    tell({ itemId: `item_${number}`, title: 'App', text: `${number}` });
  }
  expect(take().map(({ text }) => text)).toEqual(['2', '3', '4', '5', '6', '7', '8', '9']);
});

test('nothing of what an app tells is HTML', () => {
  const { element, tell } = show();
  tell({ ...PACKING, title: '<b>Packing</b>', text: '<img src=x>' });
  expect(element.querySelector('img, b')).toBeNull();
});
