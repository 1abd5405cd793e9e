import './welcome.css';
import { h } from '../base/dom.ts';
import { at } from '../base/root.ts';
import { t } from '../strings/chat.ts';

/** Shown for a thread that does not exist or belongs to somebody else: the two look alike. */
export function createNotFound(): HTMLElement {
  return h(
    'section',
    { class: 'welcome', 'aria-labelledby': 'not-found-title', hidden: true },
    h('h2', { class: 'welcome__heading', id: 'not-found-title' }, t.missing.title),
    h('p', { class: 'welcome__lead' }, t.missing.lead),
    h('a', { class: 'button button--primary welcome__action', href: at('/chat') }, t.missing.start),
  );
}
