/** Turns code into nodes. It knows its languages before it is loaded. */
export interface Highlighter {
  knows(language: string): boolean;
  /** Null if it cannot be loaded; code then stays plain. */
  load(): Promise<HighlightCode | null>;
}

export type HighlightCode = (code: string, language: string) => Node;

const LANGUAGES: ReadonlySet<string> = new Set(
  (
    'bash sh zsh shell c h cpp cc c++ css diff patch go golang java javascript js jsx mjs cjs json ' +
    'json5 jsonc python py rust rs sql typescript ts tsx xml html svg xhtml yaml yml'
  ).split(' '),
);

/** highlight.js, fetched for the first code block that needs it. */
export function createHighlighter(
  fetchCode: () => Promise<HighlightCode> = fetchHighlightCode,
): Highlighter {
  let loading: Promise<HighlightCode | null> | null = null;
  return {
    knows: (language) => LANGUAGES.has(language.toLowerCase()),
    load() {
      loading ??= fetchCode().catch(() => {
        loading = null;
        return null;
      });
      return loading;
    },
  };
}

async function fetchHighlightCode(): Promise<HighlightCode> {
  return (await import('./highlight.ts')).highlightCode;
}

/** Shared by the whole page. */
export const sharedHighlighter = createHighlighter();
