/** Returns Markdown without the marks of its words, for a title or a snippet. */
export function plain(text: string): string {
  return text
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/(^|\s)#{1,6}\s+/g, '$1')
    .replace(/(^|[\s(])(\*\*|\*|~~|`{1,3})(?=\S)([^\n]*?\S)\2(?=[\s).,;:!?]|$)/g, '$1$3');
}
