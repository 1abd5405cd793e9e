/** What an app asks the reader, and what becomes of it. */

import { number } from './counted.ts';

export const apps = {
  dont: 'Don’t',
  editFirst: 'Edit first',
  ended: 'It has ended.',
  fromServer: (name: string) => `${name}, from its server`,
  leftForPage: 'It was stopped, because it tried to go to another page.',
  open: 'Open it',
  read: 'Read it',
  readAll: 'Read whatever the app asks for',
  run: 'Run it',
  runAlways: 'Run it whenever the app asks',
  sendIt: 'Send it',
  sized: (name: string, bytes: number) => `${name}, ${number(bytes)} bytes`,
  tooMany: 'It was stopped, because it sent far too many messages.',
  wantsOpen: 'The app wants to open this address in a new tab:',
  wantsRead: 'The app wants to read this of its server:',
  wantsRun: (tool: string) => `The app wants to run ${tool} with:`,
  wantsSave: 'The app wants to save on your device:',
  wantsSend: 'The app wants to send this as your message:',
};
