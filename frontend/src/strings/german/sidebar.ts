import type { sidebar as English } from '../english/sidebar.ts';

export const sidebar: typeof English = {
  chats: 'Chats',
  deleted: 'Chat gelöscht.',
  empty: 'Hier werden Ihre Chats aufgelistet.',
  found: 'Gefunden',
  import: 'Chat importieren',
  noLinks: 'Links lassen sich gerade nicht anlegen. Laden Sie die Seite neu.',
  noMatch: 'Kein Chat enthält diese Wörter.',
  noUsage: 'Der Verbrauch lässt sich nicht anzeigen. Laden Sie die Seite neu.',
  pinned: 'Angeheftet',
  recent: 'Zuletzt',
  search: 'Chats durchsuchen',
  undo: 'Rückgängig',

  entry: {
    delete: 'Löschen',
    exportJson: 'Als JSON exportieren',
    exportMarkdown: 'Als Markdown exportieren',
    instructions: 'Anweisungen',
    isWritten: 'Eine Antwort wird geschrieben',
    options: 'Optionen',
    optionsOf: (title) => `Optionen von ${title}`,
    pin: 'Anheften',
    rename: 'Umbenennen',
    share: 'Teilen…',
    unpin: 'Loslösen',
    usage: 'Verbrauch',
  },

  age: {
    now: 'jetzt',
    minutes: (count) => `${count} min`,
    hours: (count) => `${count} h`,
    days: (count) => `${count} T.`,
  },

  importing: {
    failed: (file, problem) => `„${file}“ wurde nicht importiert. ${problem}`,
    refused: (file, why) =>
      `„${file}“ wurde nicht importiert: ${why}. Wählen Sie eine Datei, die mit „Als JSON exportieren“ im Menü eines Chats gemacht wurde.`,
    tooLarge: 'sie ist größer als 32 MB',
    noJson: 'sie ist kein JSON, oder ihr Ende fehlt',
    otherVersion: 'sie hat eine andere Version',
    damaged: (problem) => `sie ist beschädigt (${problem})`,
    noChat: 'sie ist kein exportierter Chat',
  },
};
