import './welcome.css';
import { h } from '../base/dom.ts';

/** In place of a thread that is not there, or not for this visitor: the two look alike. */
export function createMissing(): HTMLElement {
  return h(
    'section',
    { class: 'welcome', 'aria-labelledby': 'missing-title', hidden: true },
    h('h2', { class: 'welcome__heading', id: 'missing-title' }, 'There is no such chat'),
    h(
      'p',
      { class: 'welcome__lead' },
      'It was deleted, never existed, or belongs to another browser.',
    ),
    h('a', { class: 'button button--primary welcome__action', href: '/chat' }, 'Start a new chat'),
  );
}
