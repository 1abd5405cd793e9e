import './search.css';
import { h, listen, type View } from '../base/dom.ts';
import { t } from '../strings/sidebar.ts';
import { icon } from '../ui/icon.ts';

/** Searches while the reader types. Escape clears the field. */
export function createThreadSearch(search: (query: string) => void): View {
  const input = h('input', {
    class: 'thread-search__input',
    id: 'thread-search',
    type: 'search',
    dir: 'auto',
    placeholder: t.search,
    autocomplete: 'off',
    enterkeyhint: 'search',
  });
  const element = h(
    'form',
    { class: 'thread-search', role: 'search', 'aria-label': t.chats },
    icon('search'),
    h('label', { class: 'visually-hidden', for: 'thread-search' }, t.search),
    input,
  );
  listen(element, 'submit', (event) => event.preventDefault());
  listen(input, 'input', () => search(input.value));
  listen(input, 'keydown', (event) => {
    if (event.key !== 'Escape' || input.value === '') return;
    event.preventDefault();
    event.stopPropagation();
    input.value = '';
    search('');
  });
  return {
    element,
  };
}
