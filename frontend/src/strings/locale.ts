/** The language of the page. The browser chooses it: the first of its languages that the page has. */

const LANGUAGES = ['en', 'de'] as const;

interface Choice {
  readonly language: (typeof LANGUAGES)[number];
  /** How dates and numbers are written: `de-AT`. */
  readonly locale: string;
}

/** Chooses from the reader's languages, the best one first; English if the page has none of them. */
export function chosen(languages: readonly string[]): Choice {
  for (const locale of languages) {
    const language = LANGUAGES.find((each) => each === locale.toLowerCase().split('-')[0]);
    if (language !== undefined) return { language, locale };
  }
  return { language: 'en', locale: 'en' };
}

export const { language, locale } = chosen(navigator.languages);

document.documentElement.lang = locale;
