import type { KeyValues } from './storage.ts';

export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'runstream.theme';
const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

export function storedTheme(storage: KeyValues): Theme {
  const stored = storage.get(KEY);
  return THEMES.find((theme) => theme === stored) ?? 'auto';
}

/** Applies the theme and stores it. `auto` follows the system. */
export function applyTheme(theme: Theme, storage: KeyValues): void {
  if (theme === 'auto') {
    storage.remove(KEY);
    delete document.documentElement.dataset['theme'];
  } else {
    storage.set(KEY, theme);
    document.documentElement.dataset['theme'] = theme;
  }
}

export function nextTheme(theme: Theme): Theme {
  return THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto';
}
