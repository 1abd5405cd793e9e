/** The types that the server sends as pictures. SVG can hold scripts, so it is a download. */
const PICTURES: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
]);

export function isPicture(mediaType: string): boolean {
  return PICTURES.has(mediaType);
}

const NAMES: Readonly<Record<string, string>> = {
  'application/pdf': 'PDF',
  'application/json': 'JSON',
  'text/plain': 'Text',
  'text/markdown': 'Markdown',
  'text/html': 'HTML',
  'application/xhtml+xml': 'HTML',
  'application/rtf': 'Rich text',
  'application/epub+zip': 'E-book',
  'application/x-ipynb+json': 'Notebook',
  'application/x-subrip': 'Subtitles',
  'text/vtt': 'Subtitles',
  'message/rfc822': 'E-mail',
  'text/csv': 'CSV',
  'image/png': 'PNG image',
  'image/jpeg': 'JPEG image',
  'image/gif': 'GIF image',
  'image/webp': 'WebP image',
  'application/octet-stream': 'File',
  'image/svg+xml': 'SVG image',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'Word document',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'Presentation',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'Spreadsheet',
  'application/vnd.oasis.opendocument.text': 'Text document',
  'application/vnd.oasis.opendocument.presentation': 'Presentation',
  'application/vnd.oasis.opendocument.spreadsheet': 'Spreadsheet',
};

/** Returns the kind of file in words, or its media type if there are none. */
export function kindLabel(mediaType: string): string {
  return NAMES[mediaType] ?? mediaType;
}
