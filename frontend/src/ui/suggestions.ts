import './suggestions.css';
import { type Child, h, listen, setText, type View } from '../base/dom.ts';
import { common } from '../strings/common.ts';

export interface SuggestionsOptions<T> {
  /** Names the list to a screen reader. */
  readonly label: string;
  /** Whether the first one is what Enter chooses, before an arrow was pressed. */
  readonly firstIsActive: boolean;
  content(option: T): readonly Child[];
  choose(option: T): void;
}

export interface Suggestions<T> extends View {
  readonly isOpen: boolean;
  /** Shows these; none closes the list. */
  show(options: readonly T[]): void;
  close(): void;
}

let lists = 0;

/**
 * A list of what could stand in a field: arrows walk through it, Enter chooses, Escape closes it. The
 * focus stays in the field. https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
 *
 * A field of several lines keeps its role, which HTML does not let it change, and says the rest.
 */
export function createSuggestions<T>(
  field: HTMLInputElement | HTMLTextAreaElement,
  options: SuggestionsOptions<T>,
): Suggestions<T> {
  const id = `suggestions-${++lists}`;
  const list = h('ul', {
    class: 'suggestions__list',
    id,
    role: 'listbox',
    'aria-label': options.label,
  });
  const status = h('p', { class: 'visually-hidden', role: 'status' });
  const element = h('div', { class: 'suggestions', hidden: true }, list);
  let shown: readonly T[] = [];
  let active = -1;

  const isBox = field instanceof HTMLInputElement;
  if (isBox) {
    field.setAttribute('role', 'combobox');
    field.setAttribute('aria-expanded', 'false');
  }
  field.setAttribute('aria-autocomplete', 'list');
  field.setAttribute('aria-haspopup', 'listbox');

  const activate = (index: number): void => {
    active = index;
    [...list.children].forEach((entry, at) => {
      entry.setAttribute('aria-selected', String(at === index));
    });
    const entry = list.children[index];
    if (entry === undefined) {
      field.removeAttribute('aria-activedescendant');
      return;
    }
    field.setAttribute('aria-activedescendant', entry.id);
    entry.scrollIntoView?.({ block: 'nearest' });
  };
  const close = (): void => {
    if (shown.length === 0) return;
    shown = [];
    element.hidden = true;
    list.replaceChildren();
    activate(-1);
    field.removeAttribute('aria-controls');
    if (isBox) field.setAttribute('aria-expanded', 'false');
    setText(status, '');
  };
  const choose = (index: number): void => {
    const chosen = shown[index];
    close();
    if (chosen !== undefined) options.choose(chosen);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (shown.length === 0 || event.isComposing) return;
    const { length } = shown;
    switch (event.key) {
      case 'ArrowDown':
        activate((active + 1) % length);
        break;
      case 'ArrowUp':
        activate((Math.max(active, 0) - 1 + length) % length);
        break;
      case 'Enter':
        if (event.shiftKey || event.altKey || active === -1) return;
        choose(active);
        break;
      case 'Escape':
        close();
        break;
      case 'Tab':
        close();
        return;
      default:
        return;
    }
    event.preventDefault();
    // Neither the field's own keys nor a dialog around it.
    event.stopImmediatePropagation();
  };
  const removers = [
    // Before the field's own listeners.
    listen(field, 'keydown', onKey, { capture: true }),
    listen(field, 'blur', close),
  ];
  // The field keeps the focus.
  listen(element, 'pointerdown', (event) => event.preventDefault());

  const entryOf = (option: T, index: number): HTMLElement => {
    const entry = h(
      'li',
      { class: 'suggestions__option', id: `${id}-${index}`, role: 'option' },
      ...options.content(option),
    );
    listen(entry, 'click', () => choose(index));
    return entry;
  };
  field.after(element, status);

  return {
    element,
    get isOpen() {
      return shown.length > 0;
    },
    show(next) {
      if (next.length === 0) {
        close();
        return;
      }
      shown = next;
      list.replaceChildren(...next.map(entryOf));
      element.hidden = false;
      field.setAttribute('aria-controls', id);
      if (isBox) field.setAttribute('aria-expanded', 'true');
      activate(options.firstIsActive ? 0 : -1);
      setText(status, common.suggestions(next.length));
    },
    close,
    dispose() {
      for (const remove of removers) remove();
      element.remove();
      status.remove();
    },
  };
}
