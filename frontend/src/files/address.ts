/** Where the bytes of a file are. Ids can come from a model: what looks like none has no address. */
export function contentUrl(fileId: string): string | null {
  return /^[\w-]{1,128}$/.test(fileId) ? `/api/files/${fileId}/content` : null;
}
