import { listen } from '../base/dom.ts';
import type { Scheduler } from '../base/scheduler.ts';

export type CopyText = (text: string) => Promise<void>;

/** How long a copy button says what came of it, in milliseconds. */
const SHOWN = 2_000;

/** The clipboard; it refuses where the page was not loaded securely. */
export const copyToClipboard: CopyText = async (text) => {
  await navigator.clipboard.writeText(text);
};

/** One listener for all copy buttons under `root`; the answer takes it off. */
export function bindCopy(root: HTMLElement, copy: CopyText, scheduler: Scheduler): () => void {
  return listen(root, 'click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('.md-copy') : null;
    const code = button?.closest('.md-code-block')?.querySelector('pre > code');
    if (!button || !code) return;
    void copy(code.textContent).then(
      () => say(button, 'Copied', scheduler),
      () => say(button, 'Copy failed', scheduler),
    );
  });
}

function say(button: Element, outcome: string, scheduler: Scheduler): void {
  button.textContent = outcome;
  scheduler.wait(SHOWN, () => {
    button.textContent = 'Copy';
  });
}
