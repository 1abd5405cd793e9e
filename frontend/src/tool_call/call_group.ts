import './call_group.css';
import { h, listen, setText, type Updatable } from '../base/dom.ts';
import { t } from '../strings/calls.ts';
import type { ToolItem } from './bodies/body.ts';
import { durationLabel, isOpen, titleOf } from './label.ts';
import { createToolCall, type ToolCallActions, type ToolCallView } from './tool_call.ts';

export interface PlacedCall {
  /** Of the item that was there first. */
  readonly key: string;
  readonly item: ToolItem;
}

/**
 * Calls that follow one another. Where there are several, those that have ended fold into one line that opens;
 * what they show stands below it: widgets, plots, files, and what was decided by the reader.
 *
 *     div.call-group            --folded: the cards of calls that have ended are hidden, not their slots
 *       button.call-group__line Used 3 tools  search, get_weather, …       1 failed  2.4 s  ⌄
 *       div.tool                one for each call: its card and its slot; --stands: its card is not hidden
 */
export function createCallGroup(
  first: readonly PlacedCall[],
  actions: ToolCallActions,
): Updatable<readonly PlacedCall[]> {
  const views = new Map<string, ToolCallView>();
  let isFolded = true;

  const what = h('span', { class: 'call-group__what' });
  const names = h('span', { class: 'call-group__names' });
  const trouble = h('span', { class: 'call-group__trouble' });
  const duration = h('span', { class: 'tool-duration' });
  const line = h(
    'button',
    { class: 'call-group__line', type: 'button', hidden: true },
    h('span', { class: 'tool-what' }, what, ' ', names),
    ' ',
    h('span', { class: 'tool-how' }, trouble, ' ', duration),
  );
  const element = h('div', { class: 'call-group' }, line);

  const fold = (folded: boolean): void => {
    isFolded = folded;
    line.setAttribute('aria-expanded', String(!folded));
    element.classList.toggle('call-group--folded', folded && !line.hidden);
  };

  const show = (calls: readonly PlacedCall[]): void => {
    const focused = element.contains(document.activeElement) ? document.activeElement : null;
    for (const [key, view] of views) {
      if (calls.some((call) => call.key === key)) continue;
      view.dispose?.();
      view.element.remove();
      views.delete(key);
    }
    for (const { key, item } of calls)
      viewOf(key, item).classList.toggle('tool--stands', stands(item));
    const ended = calls.map(({ item }) => item).filter((item) => !stands(item));
    line.hidden = calls.length < 2 || ended.length === 0;
    if (!line.hidden) {
      setText(what, sentence(ended));
      const used = titles(ended);
      setText(names, used.length > 1 ? used.slice(0, NAMED).join(', ') : '');
      setText(trouble, troubleOf(ended));
      const took = ended.reduce((sum, { duration_ms: ms }) => sum + (ms ?? 0), 0);
      setText(duration, took === 0 ? '' : durationLabel(took));
    }
    fold(isFolded);
    if (focused?.closest('.call-group--folded > .tool:not(.tool--stands) > .tool-card'))
      line.focus();
  };
  const viewOf = (key: string, item: ToolItem): HTMLElement => {
    const present = views.get(key);
    if (present !== undefined) {
      present.update(item);
      return present.element;
    }
    const view = createToolCall(item, actions);
    view.element.dataset['key'] = key;
    views.set(key, view);
    element.append(view.element);
    return view.element;
  };

  listen(line, 'click', () => fold(!isFolded));
  // Whoever opens a card reads it: it stays when it has ended, and when others follow.
  listen(element, 'click', (event) => {
    const target = event.target;
    if (target instanceof Element && target.closest('.tool-header') !== null) fold(false);
  });
  show(first);

  return {
    element,
    update: show,
    dispose() {
      for (const view of views.values()) view.dispose?.();
    },
  };
}

function stands({ status, required_action: action }: ToolItem): boolean {
  return isOpen(status) || action !== null;
}

/** So many names fill the line. */
const NAMED = 8;

function titles(calls: readonly ToolItem[]): readonly string[] {
  return [...new Set(calls.map((call) => titleOf(call).text))];
}

function sentence(calls: readonly ToolItem[]): string {
  const [first = '', ...others] = titles(calls);
  return t.group.used(calls.length, others.length + 1, first);
}

const TROUBLES = ['failed', 'denied', 'cancelled', 'incomplete'] as const;

function troubleOf(calls: readonly ToolItem[]): string {
  return TROUBLES.flatMap((status) => {
    const count = calls.filter((call) => call.status === status).length;
    return count === 0 ? [] : [t.group[status](count)];
  }).join(', ');
}
