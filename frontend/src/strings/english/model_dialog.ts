import { counted } from './counted.ts';

export const modelDialog = {
  asking: 'Asking the server for its models…',
  chosen: 'chosen',
  count: (models: number) => `${counted(models, 'model')}. A name that is not listed can be typed.`,
  find: 'Find or type a model',
  models: 'Models',
  note: 'It answers from the next message on.',
  notListed: 'not listed',
  own: (shutdown: string) => `the assistant’s own ${shutdown}`,
  switchedOff: (day: string) => `switched off on ${day}`,
  title: 'Model of this chat',
  typeName: (problem: string) => `The server lists no models: type a name. ${problem}`,
  until: (day: string) => `until ${day}`,
  upToServer: 'Up to the server',
};
