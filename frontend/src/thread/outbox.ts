/** Messages that the server has not accepted yet. They survive a reload of the tab. */

import type { KeyValues } from '../base/storage.ts';
import type { FilePart } from '../protocol.ts';
import { newCommandId } from '../server/command_id.ts';
import { asEffort, asVerbosity, type Wished } from '../server/efforts.ts';
import { createStored, type Format, jsonList } from './stored.ts';

export interface OutboxEntry {
  /** The id of the command. Sending it again under the same id cannot duplicate the message. */
  readonly id: string;
  readonly text: string;
  readonly timezone: string;
  /** Already uploaded. */
  readonly files: readonly FilePart[];
  /** What apps of the chat tell with it. */
  readonly contexts: readonly ToldContext[];
  /** The message on the path that this one replaces; null for a new message. */
  readonly edits: string | null;
  /** Chosen when it was written; null leaves it to the assistant. */
  readonly wished: Wished;
  readonly stage: OutboxStage;
}

/** What an app tells the assistant of its state. */
export interface ToldContext {
  /** The call that brought the app. */
  readonly itemId: string;
  readonly title: string;
  readonly text: string;
}

export type OutboxStage =
  | { readonly name: 'waiting' }
  /** The reader is editing its text. It and all messages behind it wait, even over a reload. */
  | { readonly name: 'editing'; readonly draft: string }
  /** The server refused it because of this run. It goes out when that has ended. */
  | { readonly name: 'held'; readonly runId: string | null }
  | { readonly name: 'sent' }
  /** Acknowledged. Shown until its item arrives. */
  | { readonly name: 'accepted' }
  | { readonly name: 'failed'; readonly problem: string };

export interface Outbox {
  readonly entries: readonly OutboxEntry[];
  find(id: string): OutboxEntry | null;
  add(message: Omit<OutboxEntry, 'id' | 'stage'>): void;
  /** Changes the text, and the id as well, since the old message may have got through. */
  rewrite(id: string, text: string): void;
  stage(id: string, stage: OutboxStage): void;
  remove(id: string): void;
  /** Drops accepted messages and releases held ones, because a snapshot has just arrived. */
  settle(): void;
  /** The new thread has got its id. */
  moveTo(threadId: string): void;
}

/** Returns the message to send now; one at a time, since each starts a run. */
export function nextToSend(entries: readonly OutboxEntry[]): OutboxEntry | null {
  const first = entries.find((entry) => entry.stage.name !== 'failed');
  return first?.stage.name === 'waiting' ? first : null;
}

export function createOutbox(storage: KeyValues, threadId: string | null): Outbox {
  const stored = createStored(storage, 'outbox', threadId, FORMAT);
  let entries = stored.read();

  const change = (next: readonly OutboxEntry[]): void => {
    entries = next;
    stored.write(next);
  };

  return {
    get entries() {
      return entries;
    },
    find: (id) => entries.find((entry) => entry.id === id) ?? null,
    add(message) {
      const stage = { name: 'waiting' } as const;
      change([...entries, { ...message, id: newCommandId(), stage }]);
    },
    rewrite(id, text) {
      const stage = { name: 'waiting' } as const;
      change(
        entries.map((entry) =>
          entry.id === id ? { ...entry, id: newCommandId(), text, stage } : entry,
        ),
      );
    },
    stage(id, stage) {
      change(entries.map((entry) => (entry.id === id ? { ...entry, stage } : entry)));
    },
    remove(id) {
      if (entries.some((entry) => entry.id === id)) {
        change(entries.filter((entry) => entry.id !== id));
      }
    },
    settle() {
      const open = entries.filter((entry) => entry.stage.name !== 'accepted');
      change(
        open.map((entry) =>
          entry.stage.name === 'held' ? { ...entry, stage: { name: 'waiting' } } : entry,
        ),
      );
    },
    moveTo: stored.moveTo,
  };
}

const ENTRIES = jsonList(asEntry);

/** Of the stages only an unfinished edit survives a reload; all others become `waiting`. */
const FORMAT: Format<readonly OutboxEntry[]> = {
  parse: ENTRIES.parse,
  print(entries) {
    const open = entries.filter((entry) => entry.stage.name !== 'accepted');
    return open.length === 0 ? null : JSON.stringify(open.map(withDraft));
  },
};

function withDraft({ stage, ...message }: OutboxEntry): object {
  return stage.name === 'editing' ? { ...message, draft: stage.draft } : message;
}

function asEntry(value: unknown): OutboxEntry | null {
  if (typeof value !== 'object' || value === null) return null;
  if (!('id' in value && 'text' in value && 'timezone' in value)) return null;
  const { id, text, timezone } = value;
  if (typeof id !== 'string' || typeof text !== 'string' || typeof timezone !== 'string') {
    return null;
  }
  const edits = 'edits' in value && typeof value.edits === 'string' ? value.edits : null;
  const stored = 'files' in value && Array.isArray(value.files) ? value.files : [];
  const files = stored.map(asFilePart).filter((file) => file !== null);
  const told = 'contexts' in value && Array.isArray(value.contexts) ? value.contexts : [];
  const contexts = told.map(asContext).filter((context) => context !== null);
  const wished = asWished('wished' in value ? value.wished : null);
  const stage: OutboxStage =
    'draft' in value && typeof value.draft === 'string'
      ? { name: 'editing', draft: value.draft }
      : { name: 'waiting' };
  return { id, text, timezone, files, contexts, edits, wished, stage };
}

function asWished(value: unknown): Wished {
  if (typeof value !== 'object' || value === null) return {};
  return {
    ...('reasoning_effort' in value && { reasoning_effort: asEffort(value.reasoning_effort) }),
    ...('verbosity' in value && { verbosity: asVerbosity(value.verbosity) }),
  };
}

function asContext(value: unknown): ToldContext | null {
  if (typeof value !== 'object' || value === null) return null;
  if (!('itemId' in value && 'title' in value && 'text' in value)) return null;
  const { itemId, title, text } = value;
  const isOne = [itemId, title, text].every((field) => typeof field === 'string');
  return isOne ? { itemId: String(itemId), title: String(title), text: String(text) } : null;
}

/** Returns a stored attachment; null if the value is none. */
export function asFilePart(value: unknown): FilePart | null {
  if (typeof value !== 'object' || value === null) return null;
  if (!('file_id' in value && 'name' in value && 'media_type' in value && 'size' in value)) {
    return null;
  }
  const { file_id, name, media_type, size } = value;
  if (typeof file_id !== 'string' || typeof name !== 'string') return null;
  if (typeof media_type !== 'string' || typeof size !== 'number') return null;
  const origin = 'origin' in value && typeof value.origin === 'string' ? value.origin : null;
  return { type: 'file', file_id, name, media_type, size, origin };
}
