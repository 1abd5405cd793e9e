import type { sharing as English } from '../english/sharing.ts';

export const sharing: typeof English = {
  address: 'Link',
  copyNow: 'Kopieren Sie ihn jetzt: Er wird nicht noch einmal angezeigt.',
  days: { 1: '1 Tag', 7: '7 Tage', 30: '30 Tage', 365: '1 Jahr' },
  goodFor: 'Gültig für',
  links: 'Links',
  made: (at, until) => `Angelegt ${at}, gültig bis ${until}`,
  make: 'Link anlegen',
  none: 'Es gibt keine Links zu diesem Chat.',
  note:
    'Wer den Link hat, kann diesen Chat lesen, wie er jetzt ist: den angezeigten Zweig mit seinen ' +
    'Werkzeugaufrufen, Bildern und Dateien. Spätere Nachrichten sind nicht dabei.',
  revoke: 'Widerrufen',
  revokeThat: (at, until) => `Den Link vom ${at}, gültig bis ${until}, widerrufen`,
  title: (title) => `„${title}“ teilen`,
};
