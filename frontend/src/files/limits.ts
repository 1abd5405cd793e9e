import type { FileLimits } from '../protocol.ts';
import { t } from '../strings/reading.ts';
import { sizeLabel } from './size.ts';

export type Purpose = 'knowledge' | 'attachment';

/** Returns why the server would refuse this file; null if it might accept it. The server decides:
 * this only spares the reader a useless upload. */
export function refusalOf(
  { name, size }: Pick<File, 'name' | 'size'>,
  purpose: Purpose,
  limits: FileLimits | null,
): string | null {
  if (size === 0) return t.refused.empty;
  if (limits === null) return null;
  if (size > limits.max_file_bytes) {
    return t.refused.tooLarge(sizeLabel(size), sizeLabel(limits.max_file_bytes));
  }
  const ending = /\.[^.]+$/.exec(name)?.[0].toLowerCase() ?? '';
  // If the extension says nothing, the server looks at the content.
  if (limits[purpose].includes(ending) || !limits.attachment.includes(ending)) return null;
  return t.refused.noText;
}
