import type { Updatable } from '../base/dom.ts';
import type { UserMessage } from '../protocol.ts';
import { createCallGroup } from '../tool_call/call_group.ts';
import type { ToolCallActions } from '../tool_call/tool_call.ts';
import { type AnswerEndActions, createAnswerEnd } from './answer_end.ts';
import { createAssistantMessage } from './assistant_message.ts';
import type { Entry, ItemEntry } from './entries.ts';
import { createPending, type PendingActions } from './pending.ts';
import { createReasoning } from './reasoning.ts';
import { createRunProgress } from './run_progress.ts';
import type { ChatSlots } from './slots.ts';
import type { SourceApi } from './source_dialog.ts';
import { createUserMessage, type UserMessageActions } from './user_message.ts';

export interface EntryActions
  extends PendingActions,
    UserMessageActions,
    AnswerEndActions,
    Pick<ChatSlots, 'answerRow'> {
  readonly api: SourceApi;
  readonly toolCalls: ToolCallActions;
}

/** Creates the view of an entry. An entry never changes its kind, nor an item its type. */
export function createEntryView(entry: Entry, actions: EntryActions): Updatable<Entry> {
  switch (entry.kind) {
    case 'item':
      return lifted(createItemEntryView(entry, actions), (next) =>
        next.kind === 'item' ? next : null,
      );
    case 'calls':
      return lifted(createCallGroup(entry.calls, actions.toolCalls), (next) =>
        next.kind === 'calls' ? next.calls : null,
      );
    case 'answer_end':
      return lifted((actions.answerRow ?? createAnswerEnd)(entry, actions), (next) =>
        next.kind === 'answer_end' ? next : null,
      );
    case 'progress':
      return lifted(createRunProgress(entry.label), (next) =>
        next.kind === 'progress' ? next.label : null,
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
  return lifted(createItemView(item, actions), (next) =>
    next.item.type === 'user_message' ? null : next.item,
  );
}

type Answered = Exclude<ItemEntry['item'], UserMessage>;

function createItemView(item: Answered, actions: EntryActions): Updatable<Answered> {
  switch (item.type) {
    case 'assistant_message':
      return lifted(createAssistantMessage(item, actions.api), (next) =>
        next.type === item.type ? next : null,
      );
    case 'reasoning':
      return lifted(createReasoning(item), (next) => (next.type === item.type ? next : null));
  }
}

/** Adapts a view of a part to the whole value. Null is a value that the view cannot show. */
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
