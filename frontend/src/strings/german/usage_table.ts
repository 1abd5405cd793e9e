import type { usageTable as English } from '../english/usage_table.ts';

export const usageTable: typeof English = {
  allVersions: 'Alle Versionen der Antworten zählen mit.',
  day: 'Tag',
  inWords: (model) => `${model} (Wörter)`,
  notTold: 'nicht genannt',
  of: (title) => `Verbrauch von „${title}“`,
  table: 'Verbrauch, eine Tabelle',
  together: 'Zusammen',
};
