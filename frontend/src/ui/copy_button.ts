import { h, listen, type View } from '../base/dom.ts';
import { type Clock, systemClock } from '../base/time.ts';
import { type CopyText, copyToClipboard } from './copy.ts';
import { icon } from './icon.ts';

/** How long the button says what came of it, in milliseconds. */
const SHOWN_MS = 2_000;

/** Copies a message's text as it was written, markdown and all. */
export function createCopyButton(
  text: () => string,
  copy: CopyText = copyToClipboard,
  clock: Clock = systemClock,
): View {
  const label = h('span', { class: 'visually-hidden' });
  const element = h('button', { class: 'action', type: 'button' });
  const show = (name: 'copy' | 'check' | 'alert', words: string): void => {
    label.textContent = words;
    element.title = words;
    element.replaceChildren(icon(name), label);
  };
  let cancelTimer = (): void => {};
  const later = (): void => {
    cancelTimer();
    cancelTimer = clock.after(SHOWN_MS, () => show('copy', 'Copy'));
  };
  show('copy', 'Copy');
  const removeListener = listen(element, 'click', () => {
    void copy(text())
      .then(
        () => show('check', 'Copied'),
        () => show('alert', 'Copy failed'),
      )
      .finally(later);
  });
  return {
    element,
    dispose() {
      cancelTimer();
      removeListener();
    },
  };
}
