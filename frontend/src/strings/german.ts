import { language } from './locale.ts';

/** The German table, which is there before any view is made; null where the page speaks English. */
export const german = language === 'de' ? await loaded() : null;

async function loaded() {
  try {
    return await import('./german/german.ts');
  } catch {
    // In English rather than not at all.
    document.documentElement.lang = 'en';
    return null;
  }
}
