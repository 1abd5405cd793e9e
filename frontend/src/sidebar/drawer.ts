import './drawer.css';
import { h, listen } from '../base/dom.ts';
import type { KeyValues } from '../base/storage.ts';

export interface DrawerParts {
  readonly panel: HTMLElement;
  /** Opens and closes the panel; it is outside of it. */
  readonly toggle: HTMLButtonElement;
  /** Inside the panel. */
  readonly close: HTMLButtonElement;
  /** What an open drawer covers. */
  behind(): readonly HTMLElement[];
  readonly storage: KeyValues;
}

export interface Drawer {
  readonly backdrop: HTMLElement;
  /** Closes a drawer that covers the page. A column stays. */
  leave(): void;
  dispose(): void;
}

const KEY = 'runstream.sidebar';
/** The same width as in drawer.css: below it there is no room beside the chat. */
const NARROW = '(max-width: 52rem)';

/**
 * Makes `panel` a column beside the page, which the reader may close for good. On a narrow screen
 * it is a drawer over the page: `behind` is then inert, and Escape closes it.
 */
export function bindDrawer({ panel, toggle, close, behind, storage }: DrawerParts): Drawer {
  const narrow = matchMedia(NARROW);
  const backdrop = h('div', { class: 'sidebar-backdrop', hidden: true });
  let isOpen = false;
  let covers = false;

  const show = (open: boolean): void => {
    isOpen = open;
    panel.hidden = !open;
    cover(open && narrow.matches);
    toggle.setAttribute('aria-expanded', String(open));
    document.documentElement.toggleAttribute('data-sidebar', open && !covers);
  };
  const cover = (next: boolean): void => {
    if (next === covers) return;
    covers = next;
    backdrop.hidden = !covers;
    for (const element of behind()) element.inert = covers;
    if (covers) {
      panel.setAttribute('role', 'dialog');
      panel.setAttribute('aria-modal', 'true');
    } else {
      panel.removeAttribute('role');
      panel.removeAttribute('aria-modal');
    }
  };
  const adapt = (): void => show(!narrow.matches && storage.get(KEY) !== 'closed');

  const set = (open: boolean): void => {
    if (!narrow.matches) {
      if (open) storage.remove(KEY);
      else storage.set(KEY, 'closed');
    }
    const hadFocus = panel.contains(document.activeElement);
    show(open);
    if (open && narrow.matches) close.focus();
    else if (!open && (hadFocus || narrow.matches)) toggle.focus();
  };

  const removers = [
    listen(narrow, 'change', adapt),
    listen(toggle, 'click', () => set(!isOpen)),
    listen(close, 'click', () => set(false)),
    listen(backdrop, 'click', () => set(false)),
    listen(document, 'keydown', (event) => {
      if (event.key !== 'Escape' || event.defaultPrevented || !covers) return;
      event.preventDefault();
      set(false);
    }),
  ];
  adapt();

  return {
    backdrop,
    leave() {
      if (isOpen && narrow.matches) show(false);
    },
    dispose() {
      cover(false);
      for (const remove of removers) remove();
    },
  };
}
