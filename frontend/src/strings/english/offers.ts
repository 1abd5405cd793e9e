/** Resources and prompts of MCP servers. */

import { counted } from './counted.ts';

export const offers = {
  attach: 'Attach',
  attaching: 'Attaching…',
  beginning: (name: string) => `Beginning of ${name}`,
  entries: (total: number) => counted(total, 'entry', 'entries'),
  field: 'Name, address or description',
  fromServer: 'Attach from a server',
  getting: 'Getting the prompt…',
  isCut: 'Only the beginning is shown. All of it is attached.',
  lookAtIt: 'Look at it',
  looking: 'Looking…',
  noneHas: 'No server that is connected has resources.',
  nothing: 'Nothing has these words.',
  parts: (count: number) => `It has ${count} parts.`,
  partsLeftOut: (count: number, attached: number) =>
    `It has ${count} parts, of which the first ${attached} are attached.`,
  prompts: 'Prompts',
  reading: 'Reading…',
  resources: 'Resources',
  search: 'Search resources',
  stillAsked: 'Some servers are still being asked…',
  suggestionsFor: (name: string) => `Suggestions for ${name}`,
  usePrompt: 'Use prompt',
};
