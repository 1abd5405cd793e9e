import './entry.css';
import { fullTime } from '../base/amounts.ts';
import { h, listen, setText, type View } from '../base/dom.ts';
import { plain } from '../base/plain.ts';
import { at } from '../base/root.ts';
import type { ThreadSummary } from '../protocol.ts';
import { exportPath } from '../server/api.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/sidebar.ts';
import { iconButton } from '../ui/button.ts';
import type { MenuItem } from '../ui/menu.ts';
import { relativeTime } from './relative_time.ts';
import { snippetParts } from './snippet.ts';

export interface EntryActions {
  openMenu(button: HTMLElement, label: string, items: readonly MenuItem[]): void;
  /** Null leaves the title unchanged. */
  rename(id: string, title: string | null): void;
  pin(id: string, pinned: boolean): void;
  instruct(id: string): void;
  remove(id: string): void;
  share(id: string, title: string): void;
  /** Shows what the chat took. */
  showUsage(id: string, title: string): void;
}

export interface ThreadEntry extends View {
  readonly isRenaming: boolean;
  update(thread: ThreadSummary, isCurrent: boolean, nowS: number): void;
}

const MAX_TITLE = 200;

/** A thread in the list: a link, and a menu of actions. */
export function createThreadEntry(first: ThreadSummary, actions: EntryActions): ThreadEntry {
  let thread = first;
  let shown: ThreadSummary | null = null;
  let editor: HTMLInputElement | null = null;

  const title = h('span', { class: 'thread__title', dir: 'auto' });
  const time = h('time', { class: 'thread__time' });
  const running = h(
    'span',
    { class: 'thread__running', title: t.entry.isWritten },
    h('span', { class: 'visually-hidden' }, t.entry.isWritten),
  );
  const waits = h('span', { class: 'thread__waits' }, common.waitsForYou);
  const snippet = h('span', { class: 'thread__snippet', dir: 'auto' });
  const link = h(
    'a',
    { class: 'thread__link', href: at(`/chat/${encodeURIComponent(first.id)}`) },
    h('span', { class: 'thread__line' }, title, waits, running, time),
    snippet,
  );
  const more = iconButton('more', t.entry.options, {
    kind: 'small',
    class: 'thread__more',
    'aria-haspopup': 'menu',
    'aria-expanded': 'false',
  });
  const element = h('li', { class: 'thread' }, link, more);

  const startRename = (): void => {
    const input = h('input', {
      class: 'thread__input',
      type: 'text',
      dir: 'auto',
      'aria-label': common.title,
      maxlength: MAX_TITLE,
      autocomplete: 'off',
    });
    input.value = thread.title;
    editor = input;
    link.hidden = true;
    more.hidden = true;
    element.prepend(input);
    input.focus();
    input.select();
    const end = (save: boolean): void => {
      if (editor !== input) return;
      editor = null;
      const hadFocus = document.activeElement === input;
      const text = input.value.trim();
      input.remove();
      link.hidden = false;
      more.hidden = false;
      if (hadFocus) link.focus();
      const isNew = save && text !== '' && text !== thread.title;
      actions.rename(thread.id, isNew ? text : null);
    };
    input.onblur = () => end(true);
    input.onkeydown = (event) => {
      if (event.isComposing || (event.key !== 'Enter' && event.key !== 'Escape')) return;
      event.preventDefault();
      event.stopPropagation();
      end(event.key === 'Enter');
    };
  };

  const items = (): readonly MenuItem[] => [
    { icon: 'pencil', label: t.entry.rename, choose: startRename },
    {
      icon: 'pin',
      label: thread.pinned ? t.entry.unpin : t.entry.pin,
      choose: () => actions.pin(thread.id, !thread.pinned),
    },
    { icon: 'link', label: t.entry.share, choose: () => actions.share(thread.id, titleOf(thread)) },
    {
      icon: 'gauge',
      label: t.entry.usage,
      choose: () => actions.showUsage(thread.id, titleOf(thread)),
    },
    { icon: 'note', label: t.entry.instructions, choose: () => actions.instruct(thread.id) },
    {
      icon: 'download',
      label: t.entry.exportMarkdown,
      href: exportPath(thread.id, 'markdown'),
    },
    { icon: 'download', label: t.entry.exportJson, href: exportPath(thread.id, 'json') },
    {
      icon: 'trash',
      label: t.entry.delete,
      isDanger: true,
      choose: () => actions.remove(thread.id),
    },
  ];

  listen(more, 'click', () => actions.openMenu(more, titleOf(thread), items()));
  listen(more, 'keydown', (event) => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    event.stopPropagation();
    actions.openMenu(more, titleOf(thread), items());
  });
  listen(link, 'keydown', (event) => {
    if (event.key !== 'F2') return;
    event.preventDefault();
    startRename();
  });

  return {
    element,
    get isRenaming() {
      return editor !== null;
    },
    update(next, isCurrent, nowS) {
      thread = next;
      if (isCurrent) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
      setText(time, relativeTime(next.updated_at, nowS));
      if (next === shown) return;
      shown = next;
      setText(title, titleOf(next));
      link.title = titleOf(next);
      more.setAttribute('aria-label', t.entry.optionsOf(titleOf(next)));
      time.dateTime = new Date(next.updated_at * 1000).toISOString();
      time.title = fullTime(next.updated_at);
      waits.hidden = !next.waits;
      running.hidden = !next.active || next.waits;
      time.hidden = next.active;
      snippet.hidden = next.snippet === null;
      snippet.replaceChildren(
        ...snippetParts(plain(next.snippet ?? '')).map(({ text, isMatch }) =>
          isMatch ? h('mark', {}, text) : text,
        ),
      );
    },
  };
}

function titleOf(thread: ThreadSummary): string {
  return plain(thread.title) || common.newChat;
}
