import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { bindKeys, type Commands, KEYS } from '../../src/base/keys.ts';
import { showKeys } from '../../src/palette/key_list.ts';
import { type Choice, openPalette } from '../../src/palette/palette.ts';
import type { ThreadQuery, ToolInfo } from '../../src/protocol.ts';
import { FakeClock } from '../fakes.ts';
import { summary } from '../sidebar/thread_server.ts';

let clock: FakeClock;
let chosen: string[];
let asked: ThreadQuery[];

beforeEach(() => {
  clock = new FakeClock();
  chosen = [];
  asked = [];
});

afterEach(() => document.body.replaceChildren());

async function open(): Promise<HTMLInputElement> {
  const choice = (group: Choice['group'], label: string): Choice => ({
    group,
    label,
    icon: 'right',
    choose: () => chosen.push(label),
  });
  openPalette({
    api: {
      threads: async (query) => {
        asked.push(query);
        return { threads: [summary('1', { title: 'Weather in Oslo' })], next_cursor: null };
      },
      tools: async () => ({
        tools: [{ name: 'get_weather', title: 'Weather' } as ToolInfo],
        problems: [],
      }),
    },
    choices: [choice('commands', 'New chat'), choice('settings', 'Code interpreter')],
    openChat: (id) => chosen.push(`chat ${id}`),
    openTool: (name) => chosen.push(`tool ${name}`),
    clock,
  });
  await vi.waitFor(() => expect(labels()).toHaveLength(4));
  return document.querySelector<HTMLInputElement>('.palette__input')!;
}

function labels(): (string | null)[] {
  return [...document.querySelectorAll('.palette__label')].map((label) => label.textContent);
}

function press(input: HTMLElement, key: string): void {
  input.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
}

function type(input: HTMLInputElement, text: string): void {
  input.value = text;
  input.dispatchEvent(new Event('input'));
}

function marked(): string | null {
  return document.querySelector('[aria-selected=true] .palette__label')?.textContent ?? null;
}

test('commands, chats, settings and tools are found by any of their words', async () => {
  const input = await open();
  expect(labels()).toEqual(['New chat', 'Weather in Oslo', 'Code interpreter', 'Weather']);
  type(input, 'inter code');
  expect(labels()).toContain('Code interpreter');
  expect(labels()).not.toContain('New chat');
  type(input, 'get_');
  expect(labels()).toContain('Weather');
});

test('the server is asked for chats once the reader pauses', async () => {
  const input = await open();
  type(input, 'o');
  type(input, 'oslo');
  clock.advance(200);
  expect(asked.map(({ query }) => query)).toEqual(['', 'oslo']);
});

test('arrows go round, and Enter does what is marked and closes', async () => {
  const input = await open();
  expect(marked()).toBe('New chat');
  press(input, 'ArrowUp');
  expect(marked()).toBe('Weather');
  press(input, 'ArrowDown');
  press(input, 'ArrowDown');
  expect(marked()).toBe('Weather in Oslo');
  const active = document.getElementById(input.getAttribute('aria-activedescendant')!);
  expect(active?.textContent).toContain('Weather in Oslo');
  press(input, 'Enter');
  expect(chosen).toEqual(['chat 1']);
  expect(document.querySelector('dialog')).toBeNull();
});

test('what is marked stays so when more is found', async () => {
  const input = await open();
  press(input, 'ArrowDown');
  press(input, 'ArrowDown');
  type(input, '');
  press(input, 'ArrowDown');
  expect(marked()).toBe('Weather in Oslo');
  clock.advance(200);
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  await Promise.resolve();
  expect(marked()).toBe('Weather in Oslo');
});

function pressed(commands: Commands, key: string, how: KeyboardEventInit = {}): boolean {
  const release = bindKeys(() => commands);
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...how });
  (document.activeElement ?? document.body).dispatchEvent(event);
  release();
  return event.defaultPrevented;
}

test('every key of the table runs its command, and none is there twice', () => {
  const combos = Object.values(KEYS);
  expect(new Set(combos).size).toBe(combos.length);
  for (const [command, combo] of Object.entries(KEYS)) {
    const run = vi.fn();
    const parts = combo.split('+');
    const key = parts.at(-1)!;
    const how = { ctrlKey: parts.includes('Control'), shiftKey: parts.includes('Shift') };
    expect(pressed({ [command]: run }, key.length === 1 ? key.toLowerCase() : key, how)).toBe(true);
    expect(run, combo).toHaveBeenCalledOnce();
  }
});

test('keys of one character can be turned off for good, and the others stay', async () => {
  const single = (): HTMLInputElement => document.querySelector('dialog input[type=checkbox]')!;
  const commands: Commands = { composer: vi.fn(), keys: vi.fn(), palette: vi.fn() };
  showKeys();
  single().click();
  document.querySelector('dialog')!.close();
  expect(pressed(commands, '/')).toBe(false);
  expect(pressed(commands, '?', { shiftKey: true })).toBe(false);
  expect(pressed(commands, 'k', { ctrlKey: true })).toBe(true);
  showKeys();
  expect(single().checked).toBe(false);
  single().click();
  document.querySelector('dialog')!.close();
  expect(pressed(commands, '/')).toBe(true);
});

test('a key whose command is missing here is left to the browser', () => {
  expect(pressed({}, 'k', { ctrlKey: true })).toBe(false);
});

test('in a field characters and arrows are text, and Control+K is not', () => {
  const field = document.createElement('textarea');
  document.body.append(field);
  field.focus();
  const run = vi.fn();
  const commands: Commands = { composer: run, keys: run, editLast: run, palette: run };
  expect(pressed(commands, '/')).toBe(false);
  expect(pressed(commands, '?', { shiftKey: true })).toBe(false);
  expect(pressed(commands, 'ArrowUp')).toBe(false);
  expect(pressed(commands, 'k', { ctrlKey: true })).toBe(true);
  expect(run).toHaveBeenCalledOnce();
});

test('no key reaches the page below an open dialog', () => {
  document.body.append(document.createElement('dialog'));
  document.querySelector('dialog')!.setAttribute('open', '');
  const run = vi.fn();
  expect(pressed({ stop: run }, 'Escape')).toBe(false);
  expect(run).not.toHaveBeenCalled();
});
