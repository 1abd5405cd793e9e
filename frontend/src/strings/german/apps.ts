import type { apps as English } from '../english/apps.ts';
import { number } from './counted.ts';

export const apps: typeof English = {
  dont: 'Nicht',
  editFirst: 'Erst bearbeiten',
  ended: 'Sie ist zu Ende.',
  fromServer: (name) => `${name}, von ihrem Server`,
  leftForPage: 'Sie wurde angehalten, weil sie zu einer anderen Seite wollte.',
  open: 'Öffnen',
  read: 'Lesen lassen',
  readAll: 'Alles lesen lassen, was die App will',
  run: 'Ausführen',
  runAlways: 'Immer ausführen, wenn die App es will',
  sendIt: 'Senden',
  sized: (name, bytes) => `${name}, ${number(bytes)} Bytes`,
  tooMany: 'Sie wurde angehalten, weil sie viel zu viele Nachrichten gesendet hat.',
  wantsOpen: 'Die App möchte diese Adresse in einem neuen Tab öffnen:',
  wantsRead: 'Die App möchte dies von ihrem Server lesen:',
  wantsRun: (tool) => `Die App möchte ${tool} ausführen, mit:`,
  wantsSave: 'Die App möchte auf Ihrem Gerät speichern:',
  wantsSend: 'Die App möchte dies als Ihre Nachricht senden:',
};
