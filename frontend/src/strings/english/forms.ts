import { counted } from './counted.ts';

export const forms = {
  addTo: (label: string) => `Add to ${label}`,
  needed: 'This is needed.',
  none: 'none',
  notAnObject: 'This must be one JSON object.',
  notANumber: 'This is not a number.',
  notJson: (why: string) => `This is not JSON: ${why}.`,
  notWhole: 'This must be a whole number.',

  atLeast: (least: number) => `At least ${least}.`,
  atLeastCharacters: (least: number) => `At least ${counted(least, 'character')}.`,
  atLeastOne: 'At least one.',
  atMost: (most: number) => `At most ${most}.`,
  atMostCharacters: (most: number, length: number) =>
    `At most ${counted(most, 'character')}; this has ${length}.`,
  atMostEntries: (most: number, length: number) => `At most ${most}; these are ${length}.`,
  lessThan: (below: number) => `Less than ${below}.`,
  moreThan: (above: number) => `More than ${above}.`,
  multipleOf: (step: number) => `A multiple of ${step}.`,
  mustMatch: (pattern: string) => `It must match ${pattern}.`,
};
