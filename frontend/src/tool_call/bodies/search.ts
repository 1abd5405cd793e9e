import { h } from '../../base/dom.ts';
import { linkTo } from '../../base/links.ts';
import type { FileSearchCall, FileSearchResult, WebSearchCall } from '../../protocol.ts';
import { t } from '../../strings/calls.ts';
import { locale } from '../../strings/locale.ts';
import { type Body, section } from './body.ts';

const SCORE = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export function createFileSearchBody(): Body<FileSearchCall> {
  const queries = createList<string>(t.queries, (query) => h('li', {}, query));
  const results = createList(t.results, fileResult);
  const nothing = h('p', { class: 'tool-nothing', hidden: true }, t.noResults);
  return {
    element: h('div', {}, queries.element, results.element, nothing),
    update(item) {
      queries.show(item.queries);
      results.show(item.results);
      nothing.hidden = item.status !== 'completed' || item.results.length > 0;
    },
  };
}

export function createWebSearchBody(): Body<WebSearchCall> {
  const queries = createList<string>(t.queries, (query) => h('li', {}, query));
  const links = createList<string>(t.sources, (url) => h('li', {}, linkTo(url, [url])));
  const nothing = h('p', { class: 'tool-nothing', hidden: true }, t.namesNoSources);
  return {
    element: h('div', {}, queries.element, links.element, nothing),
    update(item) {
      const isPage = item.action === 'open_page' || item.action === 'find_in_page';
      queries.rename(isPage ? t.onPage : t.queries);
      links.rename(isPage ? t.page : t.sources);
      queries.show(item.queries);
      links.show(item.urls);
      nothing.hidden = item.status !== 'completed' || item.urls.length > 0;
    },
  };
}

function fileResult(result: FileSearchResult): HTMLElement {
  const facts = [
    result.location,
    result.score === null ? null : t.score(SCORE.format(result.score)),
  ].filter((fact) => fact !== null);
  return h(
    'li',
    { class: 'tool-result' },
    h('strong', {}, result.filename ?? result.file_id),
    facts.length > 0 && h('span', { class: 'tool-facts' }, ` ${facts.join(', ')}`),
    result.text !== null && h('blockquote', { class: 'tool-quote' }, result.text),
  );
}

interface List<T> {
  readonly element: HTMLElement;
  rename(title: string): void;
  show(entries: readonly T[]): void;
}

/** Lists arrive whole: the same one changes nothing, another replaces it. */
function createList<T>(title: string, entry: (value: T) => HTMLElement): List<T> {
  const list = h('ul', { class: 'tool-list' });
  const element = section(title, list);
  let shown: readonly T[] = [];
  return {
    element,
    rename: (next) => element.firstElementChild?.replaceChildren(next),
    show(entries) {
      if (entries === shown) return;
      shown = entries;
      element.hidden = entries.length === 0;
      list.replaceChildren(...entries.map(entry));
    },
  };
}
