import './header.css';
import { h, listen, type View } from './base/dom.ts';
import { at } from './base/root.ts';
import type { Route } from './base/router.ts';
import type { KeyValues } from './base/storage.ts';
import { applyTheme, nextTheme, storedTheme, type Theme } from './base/theme.ts';
import { iconButton, setIcon } from './ui/button.ts';
import { icon } from './ui/icon.ts';
import { createMenu } from './ui/menu.ts';

export interface HeaderView extends View {
  /** Adds a button that logs out, here or everywhere. */
  offerLogOut(logOut: (everywhere: boolean) => void): void;
  update(route: Route): void;
}

const THEME_ICONS = { auto: 'auto', light: 'sun', dark: 'moon' } as const;

/** `toggle` opens and closes the sidebar. */
export function createHeader(storage: KeyValues, toggle: HTMLElement): HeaderView {
  const newChat = link(at('/chat'), 'plus', 'New chat');
  newChat.classList.add('header__new');
  const setup = link(at('/setup'), 'sliders', 'Setup');
  let theme = storedTheme(storage);
  const themeButton = iconButton(THEME_ICONS[theme], '');

  const showTheme = (next: Theme): void => {
    theme = next;
    applyTheme(next, storage);
    setIcon(themeButton, THEME_ICONS[next], `Theme: ${next}`);
  };
  showTheme(theme);
  listen(themeButton, 'click', () => showTheme(nextTheme(theme)));

  const actions = h(
    'nav',
    { class: 'header__actions', 'aria-label': 'Main' },
    newChat,
    setup,
    themeButton,
  );

  return {
    element: h(
      'header',
      { class: 'header' },
      toggle,
      h(
        'a',
        { class: 'header__brand', href: at('/chat') },
        icon('brand'),
        h('span', {}, 'Runstream'),
      ),
      actions,
    ),
    offerLogOut(logOut) {
      const menu = createMenu();
      const button = iconButton('exit', 'Log out');
      button.setAttribute('aria-haspopup', 'menu');
      listen(button, 'click', () => {
        menu.open(button, 'Log out', [
          { icon: 'exit', label: 'Log out', choose: () => logOut(false) },
          { icon: 'globe', label: 'Log out everywhere', choose: () => logOut(true) },
        ]);
      });
      actions.append(button, menu.element);
    },
    update(route) {
      if (route.name === 'setup') setup.setAttribute('aria-current', 'page');
      else setup.removeAttribute('aria-current');
    },
  };
}

function link(href: string, name: 'plus' | 'sliders', label: string): HTMLAnchorElement {
  return h(
    'a',
    { class: 'button button--quiet header__link', href, title: label },
    icon(name),
    h('span', { class: 'header__label' }, label),
  );
}
