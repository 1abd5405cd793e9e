/** What a message of the assistant consists of. */

import type { AssistantMessage } from '../protocol.ts';

/** Returns all its text, to read out or to copy; what it refused if it said nothing else. */
export function textOf({ content, refusal }: AssistantMessage): string {
  const texts = content.flatMap((part) => (part.type === 'text' && part.text ? [part.text] : []));
  return texts.join('\n\n') || (refusal ?? '');
}

export function isEmpty({ content, refusal }: AssistantMessage): boolean {
  return refusal === null && content.every((part) => part.type === 'text' && part.text === '');
}
