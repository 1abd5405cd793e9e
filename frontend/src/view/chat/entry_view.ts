import type { View } from '../../dom.ts';
import type { Item } from '../../protocol.ts';
import { createToolCall, isToolItem } from '../tool_call.ts';
import type { Entry } from './entries.ts';
import { createAssistantMessage, createReasoning, createUserMessage } from './message.ts';
import { createPending, type PendingActions } from './pending.ts';
import { createRunEnd } from './run_end.ts';
import type { SourceApi } from './source_dialog.ts';

export interface Updatable<T> extends View {
  update(value: T): void;
}

export interface EntryActions extends PendingActions {
  ask(question: string): void;
  readonly api: SourceApi;
}

/** The view of an entry. An entry keeps its kind, and an item its type, for life. */
export function createEntryView(entry: Entry, actions: EntryActions): Updatable<Entry> {
  switch (entry.kind) {
    case 'item':
      return lifted(createItemView(entry.item, actions), (next) =>
        next.kind === 'item' ? next.item : null,
      );
    case 'run_end':
      return lifted(createRunEnd(entry, actions.ask), (next) =>
        next.kind === 'run_end' ? next : null,
      );
    case 'pending':
      return lifted(createPending(entry.message, actions), (next) =>
        next.kind === 'pending' ? next.message : null,
      );
  }
}

function createItemView(item: Item, { api }: EntryActions): Updatable<Item> {
  switch (item.type) {
    case 'user_message':
      return lifted(createUserMessage(item), (next) => (next.type === item.type ? next : null));
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
    dispose: () => view.dispose(),
  };
}
