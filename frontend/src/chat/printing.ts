import { listen } from '../base/dom.ts';

/** Has a print show what the page does not show yet, and what an answer has folded. Returns what unbinds. */
export function bindPrinting(chat: HTMLElement, showAll: () => void): () => void {
  let opened: readonly HTMLDetailsElement[] = [];
  const removers = [
    listen(window, 'beforeprint', () => {
      showAll();
      opened = [...chat.querySelectorAll<HTMLDetailsElement>('details.md-details:not([open])')];
      for (const details of opened) details.open = true;
    }),
    listen(window, 'afterprint', () => {
      for (const details of opened) details.open = false;
      opened = [];
    }),
  ];
  return () => {
    for (const remove of removers) remove();
  };
}
