/** What the reader has prepared but not sent: the text, files already uploaded, and who is to answer. */

import type { KeyValues } from '../base/storage.ts';
import type { FilePart } from '../protocol.ts';
import { asFilePart } from './outbox.ts';
import { createStored, jsonList, plainText, type Stored } from './stored.ts';

export type Draft = Stored<string>;
/** The id of the assistant that was chosen for the next message; empty if none was. */
export type AssistantPick = Stored<string>;
export type DraftFiles = Stored<readonly FilePart[]>;

export function createDraft(storage: KeyValues, threadId: string | null): Draft {
  return createStored(storage, 'draft', threadId, plainText);
}

export function createAssistantPick(storage: KeyValues, threadId: string | null): AssistantPick {
  return createStored(storage, 'assistant', threadId, plainText);
}

export function createDraftFiles(storage: KeyValues, threadId: string | null): DraftFiles {
  return createStored(storage, 'unsent', threadId, jsonList(asFilePart));
}
