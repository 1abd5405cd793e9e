import './list.css';
import { h, listen, type View } from '../base/dom.ts';
import type { ThreadSummary } from '../protocol.ts';
import { t } from '../strings/sidebar.ts';
import { createThreadEntry, type EntryActions, type ThreadEntry } from './entry.ts';

export interface ThreadListView extends View {
  update(threads: readonly ThreadSummary[], currentId: string | null, isSearch: boolean): void;
  /** Focuses the entry next to this one; returns false if there is none. */
  focusBeside(id: string): boolean;
}

/** The pinned threads, then the others. The arrow keys move between them. */
export function createThreadList(actions: EntryActions): ThreadListView {
  const pinned = createSection('pinned');
  const others = createSection('recent');
  const element = h('div', { class: 'threads' }, pinned.element, others.element);
  const entries = new Map<string, ThreadEntry>();

  const entryOf = (thread: ThreadSummary): ThreadEntry => {
    const present = entries.get(thread.id);
    if (present !== undefined) return present;
    const entry = createThreadEntry(thread, actions);
    entries.set(thread.id, entry);
    return entry;
  };

  const links = (): HTMLAnchorElement[] => [
    ...element.querySelectorAll<HTMLAnchorElement>('.thread__link'),
  ];

  listen(element, 'keydown', (event) => {
    const all = links();
    const index = all.findIndex((link) =>
      link.closest('.thread')?.contains(document.activeElement),
    );
    if (index < 0) return;
    const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: all.length - 1 }[
      event.key
    ];
    const link = to === undefined ? undefined : all[to];
    if (link === undefined || document.activeElement instanceof HTMLInputElement) return;
    event.preventDefault();
    link.focus();
  });

  return {
    element,
    update(threads, currentId, isSearch) {
      // Moving the field would take its focus away.
      if ([...entries.values()].some((entry) => entry.isRenaming)) return;
      const nowS = Date.now() / 1000;
      const known = new Set(threads.map((thread) => thread.id));
      for (const [id, entry] of entries) {
        if (known.has(id)) continue;
        entry.element.remove();
        entries.delete(id);
      }
      const focused = document.activeElement;
      const place = (list: HTMLElement, part: readonly ThreadSummary[]): void => {
        let next = list.firstElementChild;
        for (const thread of part) {
          const entry = entryOf(thread);
          entry.update(thread, thread.id === currentId, nowS);
          if (entry.element === next) next = next.nextElementSibling;
          else list.insertBefore(entry.element, next);
        }
      };
      // Search results keep the order of the search.
      const top = isSearch ? [] : threads.filter((thread) => thread.pinned);
      place(pinned.list, top);
      place(others.list, isSearch ? threads : threads.filter((thread) => !thread.pinned));
      pinned.element.hidden = top.length === 0;
      others.element.hidden = threads.length === top.length;
      others.heading.textContent = isSearch ? t.found : t.recent;
      // An entry that was moved has lost the focus.
      if (focused instanceof HTMLElement && element.contains(focused)) focused.focus();
    },
    focusBeside(id) {
      const all = links();
      const index = all.findIndex((link) => link.closest('.thread') === entries.get(id)?.element);
      const beside = all[index + 1] ?? all[index - 1];
      beside?.focus();
      return beside !== undefined;
    },
  };
}

function createSection(name: 'pinned' | 'recent') {
  const id = `threads-${name}`;
  const heading = h('h2', { class: 'threads__heading', id }, t[name]);
  const list = h('ul', { class: 'threads__list', 'aria-labelledby': id });
  return { heading, list, element: h('section', { hidden: true }, heading, list) };
}
