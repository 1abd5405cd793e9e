import type { reading as English } from '../english/reading.ts';

export const reading: typeof English = {
  bytes: (count) => (count === 1 ? '1 Byte' : `${count} Bytes`),
  from: (origin) => `von ${origin}`,
  fromServer: (origin) => `Von ${origin}`,
  image: 'Bild: ',
  anImage: 'ein Bild',

  refused: {
    empty: 'Die Datei ist leer.',
    tooLarge: (size, limit) => `Die Datei ist zu groß: ${size}. Die Grenze ist ${limit}.`,
    noText:
      'Die Datei hat keinen Text zum Durchsuchen. Hängen Sie sie stattdessen an eine Nachricht an.',
    interrupted: 'Das Hochladen wurde unterbrochen. Läuft der Server noch?',
    notAccepted: 'Der Server hat die Datei nicht angenommen.',
    unusable: 'Die Datei ist nicht verwendbar.',
  },
  kinds: {
    csv: 'CSV',
    ebook: 'E-Book',
    email: 'E-Mail',
    file: 'Datei',
    gif: 'GIF-Bild',
    jpeg: 'JPEG-Bild',
    markdown: 'Markdown',
    notebook: 'Notebook',
    png: 'PNG-Bild',
    presentation: 'Präsentation',
    richText: 'Rich Text',
    spreadsheet: 'Tabelle',
    subtitles: 'Untertitel',
    svg: 'SVG-Bild',
    text: 'Text',
    textDocument: 'Textdokument',
    webp: 'WebP-Bild',
    wordDocument: 'Word-Dokument',
  },
  source: {
    download: (name) => `${name} herunterladen`,
    label: (number, name, place) =>
      `Quelle ${number}: ${name}${place === null ? '' : `, ${place}`}`,
  },

  code: 'Code',
  codeIn: (language) => `Code in ${language}`,
  codeLabel: 'Code',
  done: 'Erledigt',
  downloadCsv: 'Als CSV herunterladen',
  footnote: (label) => `Fußnote ${label}`,
  footnoteBack: (label) => `Fußnote ${label}, zurück zum Text`,
  formula: 'Formel',
  picture: (alt) => `Bild: ${alt || 'ohne Beschreibung'}`,
  table: 'Tabelle',
  toDo: 'Zu erledigen',
  wrap: 'Zeilen umbrechen',
};
