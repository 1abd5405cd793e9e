import type { Updatable } from '../base/dom.ts';
import type { Item, UserMessage } from '../protocol.ts';
import { createToolCall, isToolItem } from '../tool_call/tool_call.ts';
import { type AnswerEndActions, createAnswerEnd } from './answer_end.ts';
import { createAssistantMessage } from './assistant_message.ts';
import type { Entry, ItemEntry } from './entries.ts';
import { createPending, type PendingActions } from './pending.ts';
import { createReasoning } from './reasoning.ts';
import type { SourceApi } from './source_dialog.ts';
import { createUserMessage, type UserMessageActions } from './user_message.ts';

export interface EntryActions extends PendingActions, UserMessageActions, AnswerEndActions {
  readonly api: SourceApi;
}

/** The view of an entry. An entry keeps its kind, and an item its type, for life. */
export function createEntryView(entry: Entry, actions: EntryActions): Updatable<Entry> {
  switch (entry.kind) {
    case 'item':
      return lifted(createItemEntryView(entry, actions), (next) =>
        next.kind === 'item' ? next : null,
      );
    case 'answer_end':
      return lifted(createAnswerEnd(entry, actions), (next) =>
        next.kind === 'answer_end' ? next : null,
      );
    case 'pending':
      return lifted(createPending(entry.message, actions), (next) =>
        next.kind === 'pending' ? next.message : null,
      );
  }
}

function createItemEntryView(entry: ItemEntry, actions: EntryActions): Updatable<ItemEntry> {
  const { item } = entry;
  if (item.type === 'user_message') {
    return lifted(createUserMessage({ ...entry, item }, actions), (next) =>
      next.item.type === 'user_message' ? { ...next, item: next.item } : null,
    );
  }
  return lifted(createItemView(item, actions.api), (next) =>
    next.item.type === 'user_message' ? null : next.item,
  );
}

type Answered = Exclude<Item, UserMessage>;

function createItemView(item: Answered, api: SourceApi): Updatable<Answered> {
  switch (item.type) {
    case 'assistant_message':
      return lifted(createAssistantMessage(item, api), (next) =>
        next.type === item.type ? next : null,
      );
    case 'reasoning':
      return lifted(createReasoning(item), (next) => (next.type === item.type ? next : null));
    case 'function_call':
    case 'code_interpreter_call':
    case 'file_search_call':
    case 'web_search_call':
    case 'image_generation_call':
    case 'mcp_call':
      return lifted(createToolCall(item), (next) => (isToolItem(next) ? next : null));
  }
}

/** A view of the whole out of the view of a part; null is what it cannot show. */
function lifted<T, U>(view: Updatable<U>, part: (value: T) => U | null): Updatable<T> {
  return {
    element: view.element,
    update(value) {
      const inner = part(value);
      if (inner !== null) view.update(inner);
    },
    dispose: () => view.dispose?.(),
  };
}
