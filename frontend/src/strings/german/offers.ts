import type { offers as English } from '../english/offers.ts';
import { counted } from './counted.ts';

export const offers: typeof English = {
  attach: 'Anhängen',
  attaching: 'Wird angehängt…',
  beginning: (name) => `Anfang von ${name}`,
  entries: (total) => counted(total, 'Eintrag', 'Einträge'),
  field: 'Name, Adresse oder Beschreibung',
  fromServer: 'Von einem Server anhängen',
  getting: 'Der Prompt wird geholt…',
  isCut: 'Nur der Anfang wird gezeigt. Angehängt wird alles.',
  lookAtIt: 'Ansehen',
  looking: 'Wird gesucht…',
  noneHas: 'Kein verbundener Server hat Ressourcen.',
  nothing: 'Nichts enthält diese Wörter.',
  parts: (count) => `Sie hat ${count} Teile.`,
  partsLeftOut: (count, attached) =>
    `Sie hat ${count} Teile, von denen die ersten ${attached} angehängt werden.`,
  prompts: 'Prompts',
  reading: 'Wird gelesen…',
  resources: 'Ressourcen',
  search: 'Ressourcen durchsuchen',
  stillAsked: 'Einige Server werden noch gefragt…',
  suggestionsFor: (name) => `Vorschläge für ${name}`,
  usePrompt: 'Prompt verwenden',
};
