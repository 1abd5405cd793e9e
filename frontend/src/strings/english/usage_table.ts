export const usageTable = {
  allVersions: 'All versions of answers count.',
  day: 'Day',
  inWords: (model: string) => `${model} (words)`,
  notTold: 'not told',
  of: (title: string) => `Usage of “${title}”`,
  table: 'Usage, a table',
  together: 'Together',
};
