import { h, listen, setText } from '../base/dom.ts';
import { createPolling } from '../base/polling.ts';
import { kindLabel } from '../files/kind.ts';
import { sizeLabel } from '../files/size.ts';
import type { McpResourceInfo, McpTemplateInfo } from '../protocol.ts';
import { ApiProblem } from '../server/api.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/offers.ts';
import { button } from '../ui/button.ts';
import { icon } from '../ui/icon.ts';
import type { OffersApi } from './api.ts';
import type { Page } from './page.ts';

export interface ResourceListActions {
  openResource(resource: McpResourceInfo): void;
  openTemplate(template: McpTemplateInfo): void;
}

/** What all servers have, searched as the reader writes, page by page. */
export function createResourceList(api: OffersApi, actions: ResourceListActions): Page {
  const search = h('input', {
    class: 'form-input',
    type: 'search',
    dir: 'auto',
    placeholder: t.field,
    autocomplete: 'off',
    'aria-label': t.search,
  });
  const list = h('ul', { class: 'offer-list', 'aria-label': t.resources });
  const more = button(common.showMore, { hidden: true });
  const status = h('p', { class: 'offer-status', role: 'status' });
  const problems = h('ul', { class: 'offer-problems', hidden: true });
  const element = h(
    'div',
    { class: 'offer-page' },
    search,
    status,
    h('div', { class: 'offer-scroller' }, list, more, problems),
  );
  let asking = new AbortController();
  let cursor: string | null = null;
  let opened: HTMLElement | null = null;

  const entry = (
    { server, name, title, description }: McpResourceInfo | McpTemplateInfo,
    address: string,
    facts: readonly (string | null)[],
    open: () => void,
  ): HTMLElement => {
    const control = h(
      'button',
      { class: 'offer-entry', type: 'button' },
      icon(facts.length === 0 ? 'pencil' : 'file'),
      h(
        'span',
        { class: 'offer-words' },
        h('span', { class: 'offer-name', dir: 'auto' }, title ?? name),
        h('span', { class: 'offer-address' }, `${server} · ${address}`),
        description !== '' && h('span', { class: 'offer-hint' }, description),
      ),
      h('span', { class: 'offer-facts' }, facts.filter((fact) => fact !== null).join(', ')),
    );
    listen(control, 'click', () => {
      opened = control;
      open();
    });
    return h('li', {}, control);
  };
  const resource = (each: McpResourceInfo): HTMLElement =>
    entry(
      each,
      each.uri,
      [
        each.media_type === null ? null : kindLabel(each.media_type),
        each.size === null ? null : sizeLabel(each.size),
      ],
      () => actions.openResource(each),
    );
  const template = (each: McpTemplateInfo): HTMLElement =>
    entry(each, each.uri_template, [], () => actions.openTemplate(each));

  /** Shows the first page. Returns whether a server has not told all yet. */
  const load = async (): Promise<boolean> => {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const query = search.value.trim();
    try {
      const [templates, resources] = await Promise.all([
        api.mcpTemplates({ query }, signal),
        api.mcpResources({ query }, signal),
      ]);
      if (signal.aborted) return false;
      replace([...templates.templates.map(template), ...resources.resources.map(resource)]);
      cursor = resources.next_cursor;
      more.hidden = cursor === null;
      const pending = templates.pending || resources.pending;
      setText(status, summary(templates.total + resources.total, query, pending));
      tell(resources.problems);
      return pending;
    } catch (error) {
      fail(error, signal);
      return false;
    }
  };
  /** Who walks through the list already stays in it. */
  const replace = (entries: readonly HTMLElement[]): void => {
    const at = indexOfFocus(entriesOf(list));
    list.replaceChildren(...entries);
    if (at !== -1) (entriesOf(list)[at] ?? search).focus();
  };
  const loadMore = async (): Promise<void> => {
    const { signal } = asking;
    more.disabled = true;
    try {
      const page = await api.mcpResources({ query: search.value.trim(), cursor }, signal);
      if (signal.aborted) return;
      const added = page.resources.map(resource);
      list.append(...added);
      added[0]?.querySelector('button')?.focus();
      cursor = page.next_cursor;
      more.hidden = cursor === null;
    } catch (error) {
      fail(error, signal);
    } finally {
      more.disabled = false;
    }
  };
  const fail = (error: unknown, signal: AbortSignal): void => {
    if (signal.aborted) return;
    if (!(error instanceof ApiProblem)) throw error;
    setText(status, error.message);
  };
  const tell = (sentences: readonly string[]): void => {
    problems.hidden = sentences.length === 0;
    problems.replaceChildren(...sentences.map((each) => h('li', {}, each)));
  };
  const polling = createPolling(load);
  const refresh = async (): Promise<void> => {
    if (await load()) polling.start();
  };

  /** Arrows lead from the search through the list. */
  const step = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const all = [search, ...entriesOf(list)];
    const at = indexOfFocus(all);
    if (at === -1) return;
    event.preventDefault();
    all[at + (event.key === 'ArrowDown' ? 1 : -1)]?.focus();
  };
  listen(element, 'keydown', step);
  listen(search, 'input', () => void refresh());
  listen(more, 'click', () => void loadMore());
  setText(status, t.looking);
  void refresh();

  return {
    element,
    focus() {
      const place = opened?.isConnected ? opened : search;
      place.focus();
    },
    dispose() {
      asking.abort();
      polling.dispose();
    },
  };
}

function entriesOf(list: HTMLElement): readonly HTMLElement[] {
  return [...list.querySelectorAll('button')];
}

function indexOfFocus(elements: readonly HTMLElement[]): number {
  return elements.findIndex((element) => element.matches(':focus'));
}

function summary(total: number, query: string, pending: boolean): string {
  if (pending) return t.stillAsked;
  if (total > 0) return t.entries(total);
  return query === '' ? t.noneHas : t.nothing;
}
