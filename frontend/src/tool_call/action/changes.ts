import { h } from '../../base/dom.ts';
import type { Action } from '../../protocol.ts';
import { t } from '../../strings/approvals.ts';
import { common } from '../../strings/common.ts';

type Change = Action['changes'][number];

/** What the server has changed of a tool, before and after, for who is asked about it again. */
export function changes({ changes }: Action): HTMLElement[] {
  if (changes.length === 0) return [];
  return [
    h(
      'div',
      { class: 'action__changes' },
      h('p', { class: 'action__warning' }, t.changes.lead),
      h(
        'div',
        {
          class: 'action__change-list',
          tabindex: 0,
          role: 'region',
          'aria-label': t.changes.label,
        },
        h('dl', {}, ...changes.flatMap(change)),
      ),
    ),
  ];
}

function change({ what, before, after }: Change): HTMLElement[] {
  return [
    h('dt', {}, t.changes[what]),
    h('dd', {}, side(t.changes.before, h('del', { dir: 'auto' }, before || common.none))),
    h('dd', {}, side(t.changes.after, h('ins', { dir: 'auto' }, after || common.none))),
  ];
}

function side(when: string, text: HTMLElement): HTMLElement {
  return h('div', { class: 'action__change' }, h('span', { class: 'action__when' }, when), text);
}
