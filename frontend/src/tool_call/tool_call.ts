import './tool_call.css';
import { h, listen, setText, type View } from '../base/dom.ts';
import type { Item } from '../protocol.ts';
import { t } from '../strings/calls.ts';
import { functionIcon, type IconName, icon } from '../ui/icon.ts';
import { type WidgetRegistry, widgets } from '../widgets/widget.ts';
import { createActionView, isWaiting } from './action/action.ts';
import type { Resolve } from './action/sending.ts';
import type { Body, ToolItem } from './bodies/body.ts';
import { createCodeBody } from './bodies/code.ts';
import { createFunctionBody } from './bodies/function.ts';
import { createGeneratedPicture } from './bodies/generated_picture.ts';
import { createImageBody } from './bodies/image.ts';
import { createResults } from './bodies/results.ts';
import { createFileSearchBody, createWebSearchBody } from './bodies/search.ts';
import { createFunctionSlot } from './function_slot.ts';
import { durationLabel, isOpen, statusLabel, summaryOf, titleOf } from './label.ts';
import { createProgressLine } from './progress_line.ts';
import type { ChatActions } from './widget_calls.ts';

export type { ToolItem } from './bodies/body.ts';

/** Draws what unfolds in the card of a call, whose element holds elements: while all of them are hidden,
 * there is nothing to unfold. Null leaves that call to `createBody`. */
export type ToolBodySlot = (item: ToolItem) => Body<ToolItem> | null;

/** What a card may do to the chat around it. */
export interface ToolCallActions extends ChatActions {
  /** Decides on calls that wait. */
  readonly resolve: Resolve;
  /** Looks at the cards again: one shows something else than what its item says. */
  redraw(): void;
  readonly toolBody?: ToolBodySlot;
}

export interface ToolCallView extends View {
  /** Shows the item's next state. The cost is that of what is new in it. */
  update(item: ToolItem): void;
}

const TOOL_TYPES: ReadonlySet<string> = new Set<ToolItem['type']>([
  'function_call',
  'code_interpreter_call',
  'file_search_call',
  'web_search_call',
  'image_generation_call',
  'mcp_call',
]);

export function isToolItem(item: Item): item is ToolItem {
  return TOOL_TYPES.has(item.type);
}

const ICONS: Readonly<Record<ToolItem['type'], IconName>> = {
  function_call: 'braces',
  code_interpreter_call: 'terminal',
  file_search_call: 'documents',
  web_search_call: 'globe',
  image_generation_call: 'image',
  mcp_call: 'plug',
};

let cards = 0;

/**
 * The card of a tool call. It is open while the call runs, and folds once the call has ended or waits for the
 * reader, who sees the arguments there, unless the reader has opened or closed it. One whose output no widget or
 * app can show opens. One that `staysOpen` does not fold by itself.
 */
export function createToolCall(
  first: ToolItem,
  actions: ToolCallActions,
  registry: WidgetRegistry = widgets,
  staysOpen = false,
): ToolCallView {
  let item = first;
  let wasAtWork = isAtWork(first);
  let expanded = staysOpen || wasAtWork;
  let chosen = staysOpen;
  const title = titleOf(first);
  const body = actions.toolBody?.(first) ?? createBody(first);
  const summary = h('span', { class: 'tool-summary', dir: 'auto' });
  const status = h('span', { class: 'tool-status' });
  const duration = h('span', { class: 'tool-duration' });
  const action = createActionView(actions.resolve, actions.redraw);
  const progress = createProgressLine();
  const error = h('p', { class: 'tool-error', hidden: true });
  const foldId = `tool-fold-${++cards}`;
  const fold = h('div', { class: 'tool-fold', id: foldId, 'aria-live': 'off' }, body.element);
  const button = h(
    'button',
    { class: 'tool-header', type: 'button', 'aria-controls': foldId },
    iconOf(first),
    h(
      'span',
      { class: 'tool-what' },
      h('span', { class: title.isName ? 'tool-name tool-name--code' : 'tool-name' }, title.text),
      ' ',
      summary,
    ),
    ' ',
    h('span', { class: 'tool-how' }, status, ' ', duration),
  );

  const showFold = (open: boolean): void => {
    expanded = open;
    button.setAttribute('aria-expanded', String(open));
    fold.hidden = !open;
    if (open) body.update(item);
  };
  const slot = createSlot(first, registry, actions, () => {
    if (!chosen) showFold(true);
  });
  const element = h(
    'div',
    { class: 'tool', role: 'group', 'aria-label': t.card(title.text) },
    h('div', { class: 'tool-card' }, button, action.element, progress.element, error, fold),
    slot?.element,
  );

  const show = (): void => {
    if (element.dataset['status'] !== item.status) element.dataset['status'] = item.status;
    setText(status, statusLabel(item));
    setText(summary, summaryOf(item));
    setText(duration, item.duration_ms === null ? '' : durationLabel(item.duration_ms));
    setText(error, item.error);
    // What was decided says so itself.
    error.hidden =
      item.error === null || (item.required_action?.resolution != null && item.status === 'denied');
    action.update(item);
    if (wasAtWork && !isAtWork(item) && !chosen) showFold(false);
    wasAtWork = isAtWork(item);
    progress.update(item);
    slot?.update(item);
    if (expanded) body.update(item);
  };

  listen(button, 'click', () => {
    chosen = true;
    showFold(!expanded);
  });
  showFold(expanded);
  show();

  return {
    element,
    update(next) {
      if (next === item) return;
      item = next;
      show();
    },
    dispose() {
      body.dispose?.();
      slot?.dispose?.();
    },
  };
}

function isAtWork(item: ToolItem): boolean {
  return isOpen(item.status) && !isWaiting(item);
}

function iconOf(item: ToolItem): Element {
  if (item.type !== 'function_call' || item.icon === null) return icon(ICONS[item.type]);
  return functionIcon(item.icon);
}

function createBody(item: ToolItem): Body<ToolItem> {
  switch (item.type) {
    case 'function_call':
    case 'mcp_call':
      return forType(item.type, createFunctionBody(item.name));
    case 'code_interpreter_call':
      return forType(item.type, createCodeBody());
    case 'file_search_call':
      return forType(item.type, createFileSearchBody());
    case 'web_search_call':
      return forType(item.type, createWebSearchBody());
    case 'image_generation_call':
      return forType(item.type, createImageBody());
  }
}

/** What is shown below the card, folded or not. */
function createSlot(
  item: ToolItem,
  registry: WidgetRegistry,
  actions: ChatActions,
  unfold: () => void,
): Body<ToolItem> | null {
  switch (item.type) {
    case 'function_call':
      return forType(item.type, createFunctionSlot(item.name, registry, actions, unfold));
    case 'code_interpreter_call':
      return forType(item.type, createResults(t.codeName));
    case 'image_generation_call':
      return forType(item.type, createGeneratedPicture());
    default:
      return null;
  }
}

type Of<K extends ToolItem['type']> = Extract<ToolItem, { type: K }>;

/** An item never changes its type, so a body only gets items of its own. */
function forType<K extends ToolItem['type']>(type: K, body: Body<Of<K>>): Body<ToolItem> {
  const isOurs = (item: ToolItem): item is Of<K> => item.type === type;
  return {
    element: body.element,
    update(item) {
      if (isOurs(item)) body.update(item);
    },
    dispose: () => body.dispose?.(),
  };
}
