import { h } from '../../base/dom.ts';
import type { Mark } from '../source/marks.ts';

/** The style sheet draws the number, so it is not copied or read as text. */
export function markNode({ number, label, href }: Mark): HTMLElement {
  const named = { class: 'md-mark', 'aria-label': label, 'data-mark': number };
  return href === null
    ? h('button', { ...named, type: 'button' })
    : h('a', { ...named, href, download: true });
}
