import './copy.css';
import { h, listen } from '../base/dom.ts';
import { type Clock, systemClock } from '../base/time.ts';
import { common } from '../strings/common.ts';
import { iconButton, setIcon } from './button.ts';
import { icon } from './icon.ts';

/** How long the button shows the outcome. */
const SHOWN_MS = 2_000;

/** A button that copies a text and says whether that worked. */
export function createCopyButton(
  text: () => string,
  clock: Clock = systemClock,
): HTMLButtonElement {
  const element = iconButton('copy', common.copy, { kind: 'small' });
  let cancelTimer = (): void => {};
  const show = (hasWorked: boolean): void => {
    element.classList.toggle('copy--failed', !hasWorked);
    if (hasWorked) setIcon(element, 'check', common.copied);
    else element.replaceChildren(icon('alert'), common.copyFailed);
    cancelTimer();
    cancelTimer = clock.after(SHOWN_MS, () => {
      element.classList.remove('copy--failed');
      setIcon(element, 'copy', common.copy);
    });
  };
  listen(element, 'click', () => void copyText(text()).then(show));
  return element;
}

/** Resolves to whether the text was copied. Pages loaded over plain http have no clipboard API;
 * there a hidden selection is copied. */
async function copyText(text: string): Promise<boolean> {
  const written = navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  );
  return (await written) === true || copySelected(text);
}

function copySelected(text: string): boolean {
  const focused = document.activeElement;
  const field = h('textarea', { class: 'visually-hidden', 'aria-hidden': true });
  field.value = text;
  // Whatever is outside of an open dialog cannot be selected.
  (focused?.closest('dialog') ?? document.body).append(field);
  field.select();
  const hasWorked = document.execCommand('copy');
  field.remove();
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  return hasWorked;
}
