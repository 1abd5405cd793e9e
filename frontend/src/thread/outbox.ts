/** Messages of a thread that the server has not taken yet. They survive a reload of the tab. */

import type { KeyValues } from '../base/storage.ts';
import type { Attachment } from '../protocol.ts';
import { newCommandId } from '../server/command_id.ts';
import { createStored, type Format, jsonList } from './stored.ts';

export interface OutboxEntry {
  /** The command's id: sent again under the same id, a message cannot arrive twice. */
  readonly id: string;
  readonly text: string;
  readonly timezone: string;
  /** Uploaded already. */
  readonly files: readonly Attachment[];
  /** The message on the path whose place it takes; null for one that comes last. */
  readonly edits: string | null;
  readonly stage: OutboxStage;
}

export type OutboxStage =
  | { readonly name: 'waiting' }
  /** Somebody is changing its text: it and all behind it wait for that, over a reload too. */
  | { readonly name: 'editing'; readonly draft: string }
  /** The server refused it because of this run, and takes it when that has ended. */
  | { readonly name: 'held'; readonly runId: string | null }
  | { readonly name: 'sent' }
  /** Acknowledged; shown until its item is here. */
  | { readonly name: 'accepted' }
  | { readonly name: 'failed'; readonly problem: string };

export interface Outbox {
  readonly entries: readonly OutboxEntry[];
  find(id: string): OutboxEntry | null;
  add(text: string, timezone: string, files: readonly Attachment[], edits: string | null): void;
  /** Another text, under another id: the old one may have got through after all. */
  rewrite(id: string, text: string): void;
  stage(id: string, stage: OutboxStage): void;
  remove(id: string): void;
  /** Drops what is accepted and lets go what is held: the snapshot has told everything. */
  settle(): void;
  /** A new thread has got its id. */
  moveTo(threadId: string): void;
}

/** The message that is to go out now; one at a time, since a run is active after each. */
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
    add(text, timezone, files, edits) {
      const stage = { name: 'waiting' } as const;
      change([...entries, { id: newCommandId(), text, timezone, files, edits, stage }]);
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

/** Of the stages only an edit that was begun outlasts a reload: everything else waits again. */
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
  const files = stored.map(asAttachment).filter((file) => file !== null);
  const stage: OutboxStage =
    'draft' in value && typeof value.draft === 'string'
      ? { name: 'editing', draft: value.draft }
      : { name: 'waiting' };
  return { id, text, timezone, files, edits, stage };
}

/** A stored attachment, or null where it is none. */
export function asAttachment(value: unknown): Attachment | null {
  if (typeof value !== 'object' || value === null) return null;
  if (!('file_id' in value && 'name' in value && 'media_type' in value && 'size' in value)) {
    return null;
  }
  const { file_id, name, media_type, size } = value;
  if (typeof file_id !== 'string' || typeof name !== 'string') return null;
  if (typeof media_type !== 'string' || typeof size !== 'number') return null;
  return { file_id, name, media_type, size };
}
