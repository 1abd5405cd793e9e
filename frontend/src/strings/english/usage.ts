import { counted, number } from './counted.ts';

export const usage = {
  facts: {
    answers: 'Answers',
    context: 'Context',
    cost: 'Cost',
    duration: 'Duration',
    model: 'Model',
    read: 'Read',
    time: 'Time',
    written: 'Written',
  },
  tokens: (count: number) => counted(count, 'token'),
  words: (count: number) => counted(count, 'word'),
  cached: (count: number) => `${number(count)} cached`,
  reasoning: (count: number) => `${number(count)} reasoning`,
  share: (read: number, length: string, percent: number) =>
    `${number(read)} of ${length} (${percent} %)`,
  keptByServer: 'The server keeps the chat, and leaves out what is too long.',
};
