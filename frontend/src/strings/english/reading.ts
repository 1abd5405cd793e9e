/** Messages and files: what rendered text, code, tables, diagrams and downloads say. */

export const reading = {
  bytes: (count: number) => (count === 1 ? '1 byte' : `${count} bytes`),
  from: (origin: string) => `from ${origin}`,
  fromServer: (origin: string) => `From ${origin}`,
  image: 'Image: ',
  anImage: 'an image',

  refused: {
    empty: 'The file is empty.',
    tooLarge: (size: string, limit: string) =>
      `The file is too large: ${size}. The limit is ${limit}.`,
    noText: 'The file has no text to search. Attach it to a message instead.',
    interrupted: 'The upload was interrupted. Is the server still running?',
    notAccepted: 'The server did not accept the file.',
    unusable: 'The file cannot be used.',
  },
  kinds: {
    csv: 'CSV',
    ebook: 'E-book',
    email: 'E-mail',
    file: 'File',
    gif: 'GIF image',
    jpeg: 'JPEG image',
    markdown: 'Markdown',
    notebook: 'Notebook',
    png: 'PNG image',
    presentation: 'Presentation',
    richText: 'Rich text',
    spreadsheet: 'Spreadsheet',
    subtitles: 'Subtitles',
    svg: 'SVG image',
    text: 'Text',
    textDocument: 'Text document',
    webp: 'WebP image',
    wordDocument: 'Word document',
  },
  source: {
    download: (name: string) => `Download ${name}`,
    label: (number: number, name: string, place: string | null) =>
      `Source ${number}: ${name}${place === null ? '' : `, ${place}`}`,
  },

  code: 'Code',
  codeIn: (language: string) => `${language} code`,
  codeLabel: 'code',
  done: 'Done',
  downloadCsv: 'Download as CSV',
  footnote: (label: string) => `Footnote ${label}`,
  footnoteBack: (label: string) => `Footnote ${label}, back to the text`,
  formula: 'Formula',
  picture: (alt: string) => `image: ${alt || 'no description'}`,
  table: 'Table',
  toDo: 'To do',
  wrap: 'Wrap lines',
};
