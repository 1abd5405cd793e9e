import './header.css';
import { h, listen, type View } from './base/dom.ts';
import { keyLabel, shortcut } from './base/keys.ts';
import { at } from './base/root.ts';
import type { Route } from './base/router.ts';
import type { KeyValues } from './base/storage.ts';
import { applyTheme, nextTheme, storedTheme, type Theme } from './base/theme.ts';
import type { Slots } from './slots/slots.ts';
import { common } from './strings/common.ts';
import { t } from './strings/shell.ts';
import { iconButton, setIcon } from './ui/button.ts';
import { icon } from './ui/icon.ts';
import { createMenu } from './ui/menu.ts';

export interface HeaderView extends View {
  /** Changes to the next theme. */
  changeTheme(): void;
  /** Adds a button that logs out, here or everywhere. */
  offerLogOut(logOut: (everywhere: boolean) => void): void;
  update(route: Route): void;
}

const THEME_ICONS = { auto: 'auto', light: 'sun', dark: 'moon' } as const;

/** `toggle` opens and closes the sidebar; `find` opens the palette. */
export function createHeader(
  { name, logo }: Pick<Slots, 'name' | 'logo'>,
  storage: KeyValues,
  toggle: HTMLElement,
  find: () => void,
): HeaderView {
  const newChat = link(at('/chat'), 'plus', common.newChat);
  newChat.classList.add('header__new');
  newChat.setAttribute('aria-keyshortcuts', shortcut('newChat'));
  const finder = iconButton('search', t.find, {
    title: t.findBy(keyLabel('palette')),
    class: 'header__find',
    'aria-keyshortcuts': shortcut('palette'),
  });
  listen(finder, 'click', find);
  const tools = link(at('/tools'), 'wrench', common.tools);
  const setup = link(at('/setup'), 'sliders', t.setup);
  let theme = storedTheme(storage);
  const themeButton = iconButton(THEME_ICONS[theme], '');

  const showTheme = (next: Theme): void => {
    theme = next;
    applyTheme(next, storage);
    setIcon(themeButton, THEME_ICONS[next], t.themes[next]);
  };
  showTheme(theme);
  const changeTheme = (): void => showTheme(nextTheme(theme));
  listen(themeButton, 'click', changeTheme);

  const actions = h(
    'nav',
    { class: 'header__actions', 'aria-label': t.main },
    newChat,
    finder,
    tools,
    setup,
    themeButton,
  );

  return {
    element: h(
      'header',
      { class: 'header' },
      toggle,
      h('a', { class: 'header__brand', href: at('/chat') }, logo(), h('span', {}, name)),
      actions,
    ),
    changeTheme,
    offerLogOut(logOut) {
      const menu = createMenu();
      const button = iconButton('exit', t.logOut);
      button.setAttribute('aria-haspopup', 'menu');
      listen(button, 'click', () => {
        menu.open(button, t.logOut, [
          { icon: 'exit', label: t.logOut, choose: () => logOut(false) },
          { icon: 'globe', label: t.logOutEverywhere, choose: () => logOut(true) },
        ]);
      });
      actions.append(button, menu.element);
    },
    update(route) {
      for (const [name, element] of Object.entries({ tools, setup })) {
        if (route.name === name) element.setAttribute('aria-current', 'page');
        else element.removeAttribute('aria-current');
      }
    },
  };
}

function link(href: string, name: 'plus' | 'wrench' | 'sliders', label: string): HTMLAnchorElement {
  return h(
    'a',
    { class: 'button button--quiet header__link', href, title: label },
    icon(name),
    h('span', { class: 'header__label' }, label),
  );
}
