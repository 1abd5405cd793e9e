import { t } from '../strings/reading.ts';

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
  'text/plain': t.kinds.text,
  'text/markdown': t.kinds.markdown,
  'text/html': 'HTML',
  'application/xhtml+xml': 'HTML',
  'application/rtf': t.kinds.richText,
  'application/epub+zip': t.kinds.ebook,
  'application/x-ipynb+json': t.kinds.notebook,
  'application/x-subrip': t.kinds.subtitles,
  'text/vtt': t.kinds.subtitles,
  'message/rfc822': t.kinds.email,
  'text/csv': 'CSV',
  'image/png': t.kinds.png,
  'image/jpeg': t.kinds.jpeg,
  'image/gif': t.kinds.gif,
  'image/webp': t.kinds.webp,
  'application/octet-stream': t.kinds.file,
  'image/svg+xml': t.kinds.svg,
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': t.kinds.wordDocument,
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': t.kinds.presentation,
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': t.kinds.spreadsheet,
  'application/vnd.oasis.opendocument.text': t.kinds.textDocument,
  'application/vnd.oasis.opendocument.presentation': t.kinds.presentation,
  'application/vnd.oasis.opendocument.spreadsheet': t.kinds.spreadsheet,
};

/** Returns the kind of file in words, or its media type if there are none. */
export function kindLabel(mediaType: string): string {
  return NAMES[mediaType] ?? mediaType;
}
