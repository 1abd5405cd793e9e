import type { FileLimits } from '../protocol.ts';
import { sizeLabel } from './size.ts';

export type Purpose = 'knowledge' | 'attachment';

/** Why the server would not take this file; null where it might. Its word is the last: this only
 * spares the reader a useless upload. */
export function refusalOf(
  { name, size }: Pick<File, 'name' | 'size'>,
  purpose: Purpose,
  limits: FileLimits | null,
): string | null {
  if (size === 0) return 'The file is empty.';
  if (limits === null) return null;
  if (size > limits.max_file_bytes) {
    return `Too large: ${sizeLabel(size)}, and at most ${sizeLabel(limits.max_file_bytes)} are allowed.`;
  }
  const ending = /\.[^.]+$/.exec(name)?.[0].toLowerCase();
  // Of a name without one the server looks at the content.
  if (ending === undefined || limits[purpose].includes(ending)) return null;
  if (limits.attachment.includes(ending)) {
    return 'There is no text in it to search. Attach it to a message instead.';
  }
  return `Files ending in ${ending} are not supported.`;
}
