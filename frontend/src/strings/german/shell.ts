import type { shell as English } from '../english/shell.ts';

export const shell: typeof English = {
  assistantWaits: 'Der Assistent wartet auf Sie.',
  find: 'Suchen',
  findBy: (key) => `Suchen (${key})`,
  logOut: 'Abmelden',
  logOutEverywhere: 'Überall abmelden',
  main: 'Hauptmenü',
  notLoaded: 'Diese Seite konnte nicht geladen werden.',
  setup: 'Einrichtung',
  skip: 'Zum Inhalt springen',
  themes: { auto: 'Farben: automatisch', light: 'Farben: hell', dark: 'Farben: dunkel' },
};
