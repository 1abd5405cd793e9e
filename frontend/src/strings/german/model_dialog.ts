import type { modelDialog as English } from '../english/model_dialog.ts';
import { counted } from './counted.ts';

export const modelDialog: typeof English = {
  asking: 'Der Server wird nach seinen Modellen gefragt…',
  chosen: 'gewählt',
  count: (models) =>
    `${counted(models, 'Modell', 'Modelle')}. Ein Name, der nicht dabei ist, lässt sich eintippen.`,
  find: 'Modell suchen oder eintippen',
  models: 'Modelle',
  note: 'Es antwortet ab der nächsten Nachricht.',
  notListed: 'nicht in der Liste',
  own: (shutdown) => `das des Assistenten ${shutdown}`,
  switchedOff: (day) => `abgeschaltet am ${day}`,
  title: 'Modell dieses Chats',
  typeName: (problem) => `Der Server nennt keine Modelle: Tippen Sie einen Namen ein. ${problem}`,
  until: (day) => `bis ${day}`,
  upToServer: 'Wählt der Server',
};
