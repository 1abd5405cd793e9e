/** The page around the views: header, palette, what is told of the page itself. */

export const shell = {
  assistantWaits: 'The assistant waits for you.',
  find: 'Find',
  findBy: (key: string) => `Find (${key})`,
  logOut: 'Log out',
  logOutEverywhere: 'Log out everywhere',
  main: 'Main',
  notLoaded: 'This page could not be loaded.',
  setup: 'Setup',
  skip: 'Skip to the content',
  themes: { auto: 'Theme: auto', light: 'Theme: light', dark: 'Theme: dark' },
};
