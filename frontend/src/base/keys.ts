/** The keys of the page, in one table. What a field, a menu or a dialog takes for itself never gets here. */

import { listen } from './dom.ts';
import { browserStorage } from './storage.ts';

/** As `aria-keyshortcuts` has them, where `Control` is the Command key on a Mac. */
export const KEYS = {
  palette: 'Control+K',
  newChat: 'Control+Shift+O',
  composer: '/',
  editLast: 'ArrowUp',
  copyAnswer: 'Control+Shift+C',
  stop: 'Escape',
  keys: '?',
} as const;

export type Command = keyof typeof KEYS;

/** What each command does here and now. Those that are missing leave their key to the browser. */
export type Commands = Readonly<Partial<Record<Command, () => void>>>;

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Runs commands by their keys, wherever the focus is: single characters only outside fields, and none
 * while a dialog is open. */
export function bindKeys(commands: () => Commands): () => void {
  return listen(window, 'keydown', (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (document.querySelector('dialog[open]') !== null) return;
    const command = commandOf(event);
    const run = command === null ? undefined : commands()[command];
    if (run === undefined) return;
    event.preventDefault();
    run();
  });
}

const SINGLE = 'runstream.single-keys';

/** Whether keys that are one character do something. They hinder who speaks to the browser, whose words arrive as
 * such keys: https://www.w3.org/WAI/WCAG22/Understanding/character-key-shortcuts. */
export function singleKeysAreOn(): boolean {
  return browserStorage.get(SINGLE) === null;
}

export function turnSingleKeys(on: boolean): void {
  if (on) browserStorage.remove(SINGLE);
  else browserStorage.set(SINGLE, 'off');
}

export function isSingle(command: Command): boolean {
  return KEYS[command].length === 1;
}

/** For `aria-keyshortcuts`. */
export function shortcut(command: Command): string {
  const combo = KEYS[command];
  return IS_MAC ? combo.replace('Control', 'Meta') : combo;
}

/** How a key is written for people. */
export function keyLabel(command: Command): string {
  const combo = KEYS[command];
  const names: Readonly<Record<string, string>> = {
    Control: IS_MAC ? '⌘' : 'Ctrl',
    ArrowUp: '↑',
    Escape: 'Esc',
  };
  return combo
    .split('+')
    .map((part) => names[part] ?? part)
    .join(IS_MAC ? ' ' : '+');
}

function commandOf(event: KeyboardEvent): Command | null {
  const pressed = comboOf(event);
  const found = Object.entries(KEYS).find(([, combo]) => combo === pressed);
  if (found === undefined) return null;
  if (pressed.length === 1 && !singleKeysAreOn()) return null;
  // In a field a character is text, and an arrow moves in it: the composer sees to its own.
  const isPlain = !pressed.includes('Control') && event.key !== 'Escape';
  return isPlain && isField(event.target) ? null : (found[0] as Command);
}

function comboOf(event: KeyboardEvent): string {
  const isCharacter = event.key.length === 1 && !/[a-z]/i.test(event.key);
  const parts = [
    (IS_MAC ? event.metaKey : event.ctrlKey) && 'Control',
    event.altKey && 'Alt',
    // Shift is part of a character such as `?`.
    event.shiftKey && !isCharacter && 'Shift',
    event.key.length === 1 ? event.key.toUpperCase() : event.key,
  ];
  return parts.filter((part) => part !== false).join('+');
}

function isField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}
