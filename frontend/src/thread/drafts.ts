/** What the reader has prepared but not sent: the text, files already uploaded, who is to answer, and with
 * which effort. */

import type { KeyValues } from '../base/storage.ts';
import type { FilePart } from '../protocol.ts';
import { asEffort, asVerbosity, type ReasoningEffort, type Verbosity } from '../server/efforts.ts';
import { asFilePart } from './outbox.ts';
import { createStored, jsonList, plainText, type Stored } from './stored.ts';

export type Draft = Stored<string>;
/** The id of the assistant that was chosen for the next message; empty if none was. */
export type AssistantPick = Stored<string>;
/** The effort that was chosen for the messages of a chat; null leaves it to the assistant. */
export type EffortPick = Stored<ReasoningEffort | null>;
/** Likewise. */
export type VerbosityPick = Stored<Verbosity | null>;
/** What is chosen for a chat before it has a thread; empty if nothing was. */
export type NewChatPick = Stored<string>;
export type DraftFiles = Stored<readonly FilePart[]>;

export function createDraft(storage: KeyValues, threadId: string | null): Draft {
  return createStored(storage, 'draft', threadId, plainText);
}

export function createAssistantPick(storage: KeyValues, threadId: string | null): AssistantPick {
  return createStored(storage, 'assistant', threadId, plainText);
}

export function createNewChatPick(storage: KeyValues, name: 'instructions' | 'model'): NewChatPick {
  return createStored(storage, name, null, plainText);
}

export function createEffortPick(storage: KeyValues, threadId: string | null): EffortPick {
  return createStored(storage, 'effort', threadId, { parse: asEffort, print: (effort) => effort });
}

export function createVerbosityPick(storage: KeyValues, threadId: string | null): VerbosityPick {
  return createStored(storage, 'verbosity', threadId, {
    parse: asVerbosity,
    print: (verbosity) => verbosity,
  });
}

export function createDraftFiles(storage: KeyValues, threadId: string | null): DraftFiles {
  return createStored(storage, 'unsent', threadId, jsonList(asFilePart));
}
