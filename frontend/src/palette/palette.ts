import './palette.css';
import { h, listen, setText } from '../base/dom.ts';
import { type Clock, systemClock } from '../base/time.ts';
import type { ThreadSummary } from '../protocol.ts';
import type { Api } from '../server/api.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/palette.ts';
import { openDialog } from '../ui/dialog.ts';
import { type IconName, icon } from '../ui/icon.ts';

/** Something to choose. */
export interface Choice {
  readonly group: 'commands' | 'chats' | 'settings' | 'tools';
  readonly label: string;
  readonly icon: IconName;
  /** Further words by which it is found, or the words in which it was found. */
  readonly note?: string;
  /** How the key that does the same is written. */
  readonly key?: string;
  choose(): void;
}

export interface PaletteOptions {
  readonly api: Pick<Api, 'threads' | 'tools'>;
  /** What needs no server. */
  readonly choices: readonly Choice[];
  openChat(threadId: string): void;
  openTool(name: string): void;
  readonly clock?: Clock;
}

const CHATS = 8;
const SEARCH_MS = 150;

/**
 * Finds chats, commands, settings and tools by some of their words, and does what is chosen.
 * https://www.w3.org/WAI/ARIA/apg/patterns/combobox/: the focus stays in the field.
 */
export function openPalette(options: PaletteOptions): void {
  const clock = options.clock ?? systemClock;
  const request = new AbortController();
  let cancelTimer = (): void => {};
  let searching = new AbortController();
  let chats: readonly Choice[] = [];
  let tools: readonly Choice[] = [];
  let shown: readonly Choice[] = [];
  let active = 0;

  const list = h('div', { class: 'palette__list', id: 'palette-list', role: 'listbox' });
  list.setAttribute('aria-label', t.found);
  const nothing = h('p', { class: 'palette__nothing', role: 'status' });
  const input = h('input', {
    class: 'palette__input',
    type: 'text',
    dir: 'auto',
    role: 'combobox',
    'aria-label': t.find,
    'aria-controls': 'palette-list',
    'aria-expanded': true,
    'aria-autocomplete': 'list',
    autocomplete: 'off',
    placeholder: t.placeholder,
  });

  const mark = (index: number): void => {
    active = index;
    const options = [...list.querySelectorAll<HTMLElement>('[role=option]')];
    for (const [place, option] of options.entries()) {
      option.setAttribute('aria-selected', String(place === index));
    }
    options[index]?.scrollIntoView({ block: 'nearest' });
    if (options[index] === undefined) input.removeAttribute('aria-activedescendant');
    else input.setAttribute('aria-activedescendant', options[index].id);
  };
  const choose = (choice: Choice | undefined): void => {
    if (choice === undefined) return;
    dialog.close();
    choice.choose();
  };
  /** What was marked stays so when more is found, and not when the words change. */
  const draw = (isTyped: boolean): void => {
    const words = input.value
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    const isFound = ({ label, note = '' }: Choice): boolean => {
      const text = `${label} ${note}`.toLowerCase();
      return words.every((word) => text.includes(word));
    };
    const marked = isTyped ? undefined : shown[active];
    const known = options.choices.filter(isFound);
    // Chats were found by the server, which reads their messages too.
    shown = [
      ...known.filter(({ group }) => group === 'commands'),
      ...chats,
      ...known.filter(({ group }) => group === 'settings'),
      ...tools.filter(isFound),
    ];
    const rows: HTMLElement[] = [];
    for (const [index, choice] of shown.entries()) {
      if (choice.group !== shown[index - 1]?.group) {
        rows.push(
          h('div', { class: 'palette__group', role: 'presentation' }, t.groups[choice.group]),
        );
      }
      const row = rowOf(choice, index);
      listen(row, 'click', () => choose(choice));
      rows.push(row);
    }
    list.replaceChildren(...rows);
    setText(nothing, shown.length === 0 ? t.nothing : null);
    const place = shown.findIndex(
      ({ group, label }) => group === marked?.group && label === marked.label,
    );
    mark(Math.max(place, 0));
  };

  const findChats = async (): Promise<void> => {
    searching.abort();
    searching = new AbortController();
    try {
      const query = { query: input.value.trim(), limit: CHATS };
      const found = await options.api.threads(query, searching.signal);
      chats = found.threads.map((thread) => chatChoice(thread, options.openChat));
      draw(false);
    } catch {
      // What is there already can be chosen all the same; the sidebar says what is wrong.
    }
  };
  const findTools = async (): Promise<void> => {
    try {
      const found = await options.api.tools(request.signal);
      tools = found.tools.map(({ name, title }) => ({
        group: 'tools',
        label: title ?? name,
        icon: 'wrench',
        note: title === null ? '' : name,
        choose: () => options.openTool(name),
      }));
      draw(false);
    } catch {
      // As above.
    }
  };

  listen(input, 'input', () => {
    draw(true);
    cancelTimer();
    cancelTimer = clock.after(SEARCH_MS, () => void findChats());
  });
  listen(input, 'keydown', (event) => {
    if (event.isComposing) return;
    const last = shown.length - 1;
    switch (event.key) {
      case 'ArrowDown':
        mark(active < last ? active + 1 : 0);
        break;
      case 'ArrowUp':
        mark(active > 0 ? active - 1 : last);
        break;
      case 'Enter':
        choose(shown[active]);
        break;
      default:
        return;
    }
    event.preventDefault();
  });
  const dialog = openDialog({
    title: t.find,
    content: [h('div', { class: 'palette' }, input, list, nothing)],
    onClose() {
      cancelTimer();
      request.abort();
      searching.abort();
    },
  });
  draw(true);
  input.focus();
  void findChats();
  void findTools();
}

function chatChoice(thread: ThreadSummary, open: (id: string) => void): Choice {
  return {
    group: 'chats',
    label: thread.title || common.newChat,
    icon: 'bubble',
    choose: () => open(thread.id),
  };
}

function rowOf({ label, note, key, icon: name }: Choice, index: number): HTMLElement {
  return h(
    'div',
    { class: 'palette__choice', role: 'option', id: `palette-choice-${index}` },
    icon(name),
    h('span', { class: 'palette__label', dir: 'auto' }, label),
    note && h('span', { class: 'palette__note', dir: 'auto' }, note),
    key && h('kbd', {}, key),
  );
}
