import { listen } from '../base/dom.ts';
import type { Clock } from '../base/time.ts';

export type CopyText = (text: string) => Promise<void>;

/** How long a copy button says what came of it, in milliseconds. */
const SHOWN = 2_000;

/** The clipboard; it refuses where the page was not loaded securely. */
export const copyToClipboard: CopyText = async (text) => {
  await navigator.clipboard.writeText(text);
};

/** One listener for all copy buttons under `root`; the answer takes it off. */
export function bindCopy(root: HTMLElement, copy: CopyText, clock: Clock): () => void {
  return listen(root, 'click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('.md-copy') : null;
    const code = button?.closest('.md-code-block')?.querySelector('pre > code');
    if (!button || !code) return;
    void copy(code.textContent).then(
      () => say(button, 'Copied', clock),
      () => say(button, 'Copy failed', clock),
    );
  });
}

function say(button: Element, outcome: string, clock: Clock): void {
  button.textContent = outcome;
  clock.after(SHOWN, () => {
    button.textContent = 'Copy';
  });
}
