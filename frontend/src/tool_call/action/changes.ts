import { h } from '../../base/dom.ts';
import type { Action } from '../../protocol.ts';

type Change = Action['changes'][number];

const NAMES: Readonly<Record<Change['what'], string>> = {
  title: 'Title',
  description: 'Description',
  arguments: 'Arguments',
  hints: 'What it says it does',
  app: 'App',
};

/** What the server has changed of a tool, before and after, for who is asked about it again. */
export function changes({ changes }: Action): HTMLElement[] {
  if (changes.length === 0) return [];
  return [
    h(
      'div',
      { class: 'action__changes' },
      h('p', { class: 'action__warning' }, 'Its server has changed this tool since its last call:'),
      h(
        'div',
        { class: 'action__change-list', tabindex: 0, role: 'region', 'aria-label': 'Changes' },
        h('dl', {}, ...changes.flatMap(change)),
      ),
    ),
  ];
}

function change({ what, before, after }: Change): HTMLElement[] {
  return [
    h('dt', {}, NAMES[what]),
    h('dd', {}, side('Before', h('del', { dir: 'auto' }, before || 'nothing'))),
    h('dd', {}, side('Now', h('ins', { dir: 'auto' }, after || 'nothing'))),
  ];
}

function side(when: string, text: HTMLElement): HTMLElement {
  return h('div', { class: 'action__change' }, h('span', { class: 'action__when' }, when), text);
}
