import { at } from '../base/root.ts';
/** Returns the address of a file's content. Ids can come from a model: null for what cannot be one.
 * */
export function contentUrl(fileId: string): string | null {
  return /^[\w-]{1,128}$/.test(fileId) ? at(`/api/files/${fileId}/content`) : null;
}

/** Returns the address of an item's unfinished picture, a new one for each `number`. */
export function previewUrl(itemId: string, number: number): string | null {
  return /^[\w-]{1,128}$/.test(itemId) ? at(`/api/previews/${itemId}?n=${number}`) : null;
}
