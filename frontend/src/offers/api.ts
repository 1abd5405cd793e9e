import type { Api } from '../server/api.ts';

export type OffersApi = Pick<
  Api,
  | 'mcpResources'
  | 'mcpTemplates'
  | 'mcpPrompts'
  | 'readMcpResource'
  | 'attachMcpResource'
  | 'fillMcpPrompt'
  | 'completeMcpArgument'
>;
