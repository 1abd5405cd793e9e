import type { usage as English } from '../english/usage.ts';
import { counted, number } from './counted.ts';

export const usage: typeof English = {
  facts: {
    answers: 'Antworten',
    context: 'Kontext',
    cost: 'Kosten',
    duration: 'Dauer',
    model: 'Modell',
    read: 'Gelesen',
    time: 'Zeit',
    written: 'Geschrieben',
  },
  tokens: (count) => counted(count, 'Token', 'Token'),
  words: (count) => counted(count, 'Wort', 'Wörter'),
  cached: (count) => `${number(count)} zwischengespeichert`,
  reasoning: (count) => `${number(count)} nachgedacht`,
  share: (read, length, percent) => `${number(read)} von ${length} (${percent} %)`,
  keptByServer: 'Der Server bewahrt den Chat auf und lässt weg, was zu lang ist.',
};
