/** What was last run by hand with each tool, and the arguments that are being written. Both survive a reload, as
 * of vite when a widget is saved. */

import { parseExact } from '../base/json/exact.ts';
import type { KeyValues } from '../base/storage.ts';
import { PROTOCOL_VERSION, type ToolAnswer, type ToolRun } from '../protocol.ts';

export interface Kept {
  /** JSON text. */
  readonly arguments: string;
  readonly run: ToolRun | null;
  /** What was answered to its questions. */
  readonly answers: readonly ToolAnswer[];
}

/** A longer output is made again rather than kept. */
const MAX_CHARS = 1_000_000;

export function kept(storage: KeyValues, tool: string): Kept {
  const text = storage.get(key(tool));
  // Written below, by the same version.
  return text === null ? { arguments: '{}', run: null, answers: [] } : (parseExact(text) as Kept);
}

export function keep(storage: KeyValues, tool: string, last: Kept): void {
  const text = JSON.stringify(last);
  const isShort = text.length <= MAX_CHARS;
  storage.set(key(tool), isShort ? text : JSON.stringify({ ...last, run: null }));
}

/** Arguments that may be no JSON yet. */
export function draft(storage: KeyValues, tool: string): string | null {
  return storage.get(draftKey(tool));
}

export function keepDraft(storage: KeyValues, tool: string, text: string): void {
  storage.set(draftKey(tool), text);
}

function draftKey(tool: string): string {
  return `${key(tool)}.draft`;
}

function key(tool: string): string {
  return `workbench.${PROTOCOL_VERSION}.${tool}`;
}
