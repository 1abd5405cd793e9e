import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSuggestions, type Suggestions } from '../../src/ui/suggestions.ts';

let field: HTMLTextAreaElement;
let chosen: string[];
let list: Suggestions<string>;

function suggest(firstIsActive: boolean, element = document.createElement('textarea')): void {
  field = element;
  document.body.append(field);
  chosen = [];
  list = createSuggestions<string>(field, {
    label: 'Cities',
    firstIsActive,
    content: (city) => [city],
    choose: (city) => chosen.push(city),
  });
}

beforeEach(() => suggest(true));
afterEach(() => {
  list.dispose?.();
  document.body.replaceChildren();
});

/** Returns whether the field, or anything around it, was left to do something else with the key. */
function press(key: string, more: KeyboardEventInit = {}): boolean {
  return field.dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }),
  );
}
const active = (): string | null => {
  const id = field.getAttribute('aria-activedescendant');
  return id === null ? null : (document.getElementById(id)?.textContent ?? null);
};

test('arrows walk around the list, and Enter chooses', () => {
  list.show(['Oslo', 'Lima', 'Rome']);
  expect(active()).toBe('Oslo');
  press('ArrowUp');
  expect(active()).toBe('Rome');
  press('ArrowDown');
  press('ArrowDown');
  expect(active()).toBe('Lima');
  expect(press('Enter')).toBe(false);
  expect(chosen).toEqual(['Lima']);
  expect([list.isOpen, list.element.hidden, active()]).toEqual([false, true, null]);
});

test('Escape closes the list alone, and keys are the field’s own again', () => {
  list.show(['Oslo']);
  expect(press('Escape')).toBe(false);
  expect(list.isOpen).toBe(false);
  expect([press('Escape'), press('Enter'), press('ArrowDown')]).toEqual([true, true, true]);
  expect(chosen).toEqual([]);
});

test('Enter is the field’s own with Shift, in a composition, and before an arrow was pressed', () => {
  list.show(['Oslo']);
  expect(press('Enter', { shiftKey: true })).toBe(true);
  expect(press('Enter', { isComposing: true })).toBe(true);
  list.dispose?.();
  suggest(false);
  list.show(['Oslo']);
  expect([active(), press('Enter')]).toEqual([null, true]);
  press('ArrowUp');
  expect(active()).toBe('Oslo');
});

test('a click chooses, and leaving the field closes', () => {
  list.show(['Oslo', 'Lima']);
  list.element.querySelectorAll<HTMLElement>('[role=option]')[1]!.click();
  expect(chosen).toEqual(['Lima']);
  list.show(['Oslo']);
  field.dispatchEvent(new FocusEvent('blur'));
  expect(list.isOpen).toBe(false);
});

test('a field of one line is a combobox, and says whether its list is open', () => {
  const input = document.createElement('input');
  document.body.append(input);
  const cities = createSuggestions<string>(input, {
    label: 'Cities',
    firstIsActive: false,
    content: (city) => [city],
    choose() {},
  });
  expect(input.getAttribute('role')).toBe('combobox');
  expect(input.getAttribute('aria-expanded')).toBe('false');
  cities.show(['Oslo']);
  expect(input.getAttribute('aria-expanded')).toBe('true');
  const controlled = document.getElementById(input.getAttribute('aria-controls') ?? '');
  expect(controlled?.getAttribute('role')).toBe('listbox');
  cities.show([]);
  expect(input.getAttribute('aria-expanded')).toBe('false');
  expect(input.hasAttribute('aria-controls')).toBe(false);
});
