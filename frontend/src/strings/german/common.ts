import type { common as English } from '../english/common.ts';
import { counted } from './counted.ts';

export const common: typeof English = {
  back: 'Zurück',
  cancel: 'Abbrechen',
  close: 'Schließen',
  copied: 'Kopiert',
  copy: 'Kopieren',
  copyFailed: 'Nicht kopiert',
  download: 'Herunterladen',
  edit: 'Bearbeiten',
  loading: 'Wird geladen…',
  newChat: 'Neuer Chat',
  no: 'Nein',
  reload: 'Neu laden',
  remove: 'Entfernen',
  removeThat: (name) => `${name} entfernen`,
  save: 'Speichern',
  send: 'Senden',
  showMore: 'Mehr anzeigen',
  stop: 'Anhalten',
  stopped: 'Angehalten.',
  tools: 'Werkzeuge',
  tryAgain: 'Erneut versuchen',
  waitsForYou: 'Wartet auf Sie',
  yes: 'Ja',

  cannotBeShown: (name) => `${name} lässt sich nicht anzeigen.`,
  dropFiles: 'Dateien hier ablegen, um sie anzuhängen',
  link: 'Link',
  none: 'nichts',
  optional: (label) => `${label} (freiwillig)`,
  suggestions: (count) => counted(count, 'Vorschlag', 'Vorschläge'),
  title: 'Titel',
  underATenth: 'unter 0,1 s',

  waiting: {
    one: 'Wartet auf Sie · ',
    several: (chats) => `${chats} warten auf Sie · `,
  },

  efforts: {
    none: 'Keiner',
    minimal: 'Minimal',
    low: 'Niedrig',
    medium: 'Mittel',
    high: 'Hoch',
    xhigh: 'Sehr hoch',
    max: 'Maximal',
  },

  instructions: {
    title: 'Anweisungen für diesen Chat',
    note: 'Was dem Modell hier zusätzlich zu den Anweisungen des Assistenten gesagt wird, ab der nächsten Nachricht.',
  },

  server: {
    isSilent: 'Der Server antwortet nicht. Läuft er noch?',
    isNoJson:
      'Der Server hat etwas anderes als JSON geantwortet. Ist ein anderes Programm an diesem Port?',
    answered: (status) => `Der Server antwortete ${status}`,
    messageTooLong:
      'Diese Nachricht ist zu lang für den Server. Kürzen Sie sie und senden Sie sie noch einmal.',
  },
};
