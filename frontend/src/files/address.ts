import { at } from '../base/root.ts';
/** Returns the address of a file's content. Ids can come from a model: null for what cannot be one.
 * */
export function contentUrl(fileId: string): string | null {
  return /^[\w-]{1,128}$/.test(fileId) ? at(`/api/files/${fileId}/content`) : null;
}
