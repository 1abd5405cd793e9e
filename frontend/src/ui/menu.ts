import './menu.css';
import { h, listen, type View } from '../base/dom.ts';
import { type IconName, icon } from './icon.ts';

export interface MenuItem {
  readonly icon: IconName;
  readonly label: string;
  readonly isDanger?: boolean;
  /** A file to download. Items without one call `choose`. */
  readonly href?: string;
  choose?(): void;
}

export interface MenuView extends View {
  /** Shows these items beside `button`, which gets the focus back when the menu closes. */
  open(button: HTMLElement, label: string, items: readonly MenuItem[]): void;
  close(): void;
  dispose(): void;
}

/** The menu of a menu button: https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/. */
export function createMenu(): MenuView {
  const element = h('div', { class: 'menu', role: 'menu', hidden: true });
  let opener: HTMLElement | null = null;

  const entries = (): HTMLElement[] => [...element.querySelectorAll<HTMLElement>('.menu__item')];

  const close = (): void => {
    if (opener === null) return;
    opener.setAttribute('aria-expanded', 'false');
    opener = null;
    element.hidden = true;
    element.replaceChildren();
  };
  const closeAndReturn = (): void => {
    const button = opener;
    close();
    button?.focus();
  };

  /** Places the menu below the button, or above if there is no room, where it can be seen. */
  const place = (button: HTMLElement): void => {
    const frame = (element.offsetParent ?? document.body).getBoundingClientRect();
    const seen = visiblePart(element);
    element.style.maxHeight = `${seen.bottom - seen.top}px`;
    const { top, bottom, right } = button.getBoundingClientRect();
    const { offsetHeight: height, offsetWidth: width } = element;
    const y = bottom + height > seen.bottom && top - height > seen.top ? top - height : bottom;
    // Where neither has room it covers the button.
    const start = Math.max(seen.top, Math.min(y, seen.bottom - height));
    element.style.top = `${start - frame.top}px`;
    // Its end is that of the button, unless it would begin outside.
    const end = Math.max(right, frame.left + width);
    element.style.right = `${Math.max(0, frame.right - end)}px`;
  };

  const step = (to: (index: number, count: number) => number): void => {
    const all = entries();
    const index = all.findIndex((entry) => entry.matches(':focus'));
    all[to(index, all.length)]?.focus();
  };

  const onKey = (event: KeyboardEvent): void => {
    switch (event.key) {
      case 'ArrowDown':
        step((index, count) => (index + 1) % count);
        break;
      case 'ArrowUp':
        step((index, count) => (index - 1 + count) % count);
        break;
      case 'Home':
        step(() => 0);
        break;
      case 'End':
        step((_, count) => count - 1);
        break;
      case 'Escape':
        closeAndReturn();
        break;
      case 'Tab':
        closeAndReturn();
        return;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  listen(element, 'keydown', onKey);
  const removers = [
    listen(
      document,
      'pointerdown',
      (event) => {
        if (!(event.target instanceof Node)) return;
        if (!element.contains(event.target) && opener?.contains(event.target) !== true) close();
      },
      { capture: true },
    ),
    listen(window, 'resize', close),
  ];

  return {
    element,
    open(button, label, items) {
      const wasOpen = opener === button;
      close();
      if (wasOpen) return;
      opener = button;
      button.setAttribute('aria-expanded', 'true');
      element.setAttribute('aria-label', label);
      element.replaceChildren(...items.map((item) => entryOf(item, closeAndReturn)));
      element.hidden = false;
      place(button);
      entries()[0]?.focus();
    },
    close,
    dispose() {
      close();
      for (const remove of removers) remove();
    },
  };
}

/** The heights between which a child of `element`'s parent is seen: those of what clips it, or the window's. */
function visiblePart(element: HTMLElement): { readonly top: number; readonly bottom: number } {
  let top = 0;
  let bottom = window.innerHeight;
  for (let at = element.parentElement; at !== null; at = at.parentElement) {
    if (getComputedStyle(at).overflowY === 'visible' || at === document.body) continue;
    const box = at.getBoundingClientRect();
    top = Math.max(top, box.top);
    bottom = Math.min(bottom, box.bottom);
  }
  return { top, bottom };
}

/** An item of the menu. A click closes the menu first, since the choice may move the focus. */
function entryOf(item: MenuItem, close: () => void): HTMLElement {
  const attributes = {
    class: item.isDanger === true ? 'menu__item menu__item--danger' : 'menu__item',
    role: 'menuitem',
    tabindex: -1,
  };
  const entry =
    item.href === undefined
      ? h('button', { ...attributes, type: 'button' }, icon(item.icon), item.label)
      : h('a', { ...attributes, href: item.href, download: true }, icon(item.icon), item.label);
  entry.onclick = () => {
    close();
    item.choose?.();
  };
  return entry;
}
