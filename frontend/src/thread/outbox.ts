/** Messages of a thread that the server has not taken yet. They survive a reload of the tab. */

import type { KeyValues } from '../base/storage.ts';
import type { Attachment } from '../protocol.ts';
import { newCommandId } from '../server/command_id.ts';

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
  let key = storageKey(threadId);
  let entries = parse(storage.get(key));

  const change = (next: readonly OutboxEntry[]): void => {
    entries = next;
    const unsent = next.filter((entry) => entry.stage.name !== 'accepted');
    if (unsent.length === 0) storage.remove(key);
    else storage.set(key, JSON.stringify(unsent.map(stored)));
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
    moveTo(id) {
      const moved = entries;
      change([]);
      key = storageKey(id);
      change(moved);
    },
  };
}

function storageKey(threadId: string | null): string {
  return `runstream.outbox.${threadId ?? 'new'}`;
}

function stored({ stage, ...message }: OutboxEntry): object {
  return stage.name === 'editing' ? { ...message, draft: stage.draft } : message;
}

function parse(stored: string | null): readonly OutboxEntry[] {
  if (stored === null) return [];
  let value: unknown;
  try {
    value = JSON.parse(stored);
  } catch {
    return [];
  }
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown): OutboxEntry[] => {
    if (typeof entry !== 'object' || entry === null) return [];
    if (!('id' in entry && 'text' in entry && 'timezone' in entry)) return [];
    const { id, text, timezone } = entry;
    if (typeof id !== 'string' || typeof text !== 'string' || typeof timezone !== 'string')
      return [];
    const edits = 'edits' in entry && typeof entry.edits === 'string' ? entry.edits : null;
    const stored = 'files' in entry && Array.isArray(entry.files) ? entry.files : [];
    const files = stored.filter(isAttachment);
    const stage: OutboxStage =
      'draft' in entry && typeof entry.draft === 'string'
        ? { name: 'editing', draft: entry.draft }
        : { name: 'waiting' };
    return [{ id, text, timezone, files, edits, stage }];
  });
}

export function isAttachment(value: unknown): value is Attachment {
  if (typeof value !== 'object' || value === null) return false;
  if (!('file_id' in value && 'name' in value && 'media_type' in value && 'size' in value)) {
    return false;
  }
  const { file_id: id, name, media_type: type, size } = value;
  return [id, name, type].every((text) => typeof text === 'string') && typeof size === 'number';
}
