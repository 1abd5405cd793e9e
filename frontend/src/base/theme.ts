import type { KeyValues } from './storage.ts';

export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'runstream.theme';
const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

export function storedTheme(storage: KeyValues): Theme {
  const stored = storage.get(KEY);
  return THEMES.find((theme) => theme === stored) ?? 'auto';
}

/** Applies the theme and stores it. `auto` follows the system. `first_paint.js` applies what is stored. */
export function applyTheme(theme: Theme, storage: KeyValues): void {
  if (theme === 'auto') {
    storage.remove(KEY);
    delete document.documentElement.dataset['theme'];
  } else {
    storage.set(KEY, theme);
    document.documentElement.dataset['theme'] = theme;
  }
  paintFrame(theme);
}

/** The browser's own frame around the page takes the colour whose media query holds. */
function paintFrame(theme: Theme): void {
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const own = meta.dataset['theme'];
    if (theme === 'auto') meta.media = `(prefers-color-scheme: ${own})`;
    else meta.media = theme === own ? 'all' : 'not all';
  }
}

export function nextTheme(theme: Theme): Theme {
  return THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto';
}

const DARK = '(prefers-color-scheme: dark)';

export function isDark(): boolean {
  const chosen = document.documentElement.dataset['theme'];
  return chosen === undefined ? matchMedia(DARK).matches : chosen === 'dark';
}

/** Calls back when the reader or the system chooses another theme. Returns what stops that. */
export function onTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  const system = matchMedia(DARK);
  system.addEventListener('change', changed);
  return () => {
    observer.disconnect();
    system.removeEventListener('change', changed);
  };
}
