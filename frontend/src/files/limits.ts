import { sizeLabel } from './size.ts';

/** What the server takes. It has the last word: this only spares the reader a useless upload. */
export interface UploadLimits {
  readonly max_file_bytes: number;
  readonly max_files_per_message: number;
  /** Lower case, with the dot. */
  readonly extensions: readonly string[];
}

/** Why the server would not take this file; null where it would. */
export function refusalOf(
  { name, size }: Pick<File, 'name' | 'size'>,
  limits: UploadLimits | null,
): string | null {
  if (size === 0) return 'The file is empty.';
  if (limits === null) return null;
  if (size > limits.max_file_bytes) {
    return `Too large: ${sizeLabel(size)}, and at most ${sizeLabel(limits.max_file_bytes)} are allowed.`;
  }
  const extension = /\.[^.]+$/.exec(name)?.[0].toLowerCase() ?? '';
  if (limits.extensions.includes(extension)) return null;
  return extension === ''
    ? 'The name has no ending that tells what it is.'
    : `Files of type ${extension} are not supported.`;
}
