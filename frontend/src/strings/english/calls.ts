/** The cards of tool calls, and what is decided on them. */

import { number } from './counted.ts';
import type { Sentence } from './sentence.ts';

const statuses = {
  in_progress: 'Working',
  awaiting_approval: 'Waits for you',
  running: 'Running',
  completed: 'Completed',
  failed: 'Failed',
  denied: 'Denied',
  cancelled: 'Cancelled',
  incomplete: 'Incomplete',
};

export const calls = {
  askedNotLoaded: 'What is asked here could not be loaded.',
  /** Told by a screen reader. */
  announced: (tool: string, status: keyof typeof statuses) =>
    `${tool}: ${status.replaceAll('_', ' ')}.`,
  card: (tool: string) => `Tool call: ${tool}`,
  statuses,
  writing: 'Writing arguments',
  titles: {
    diff: 'Patch',
    fileSearch: 'File search',
    images: 'Image generation',
    python: 'Code interpreter',
    shell: 'Shell',
    toolsOf: (server: string) => `Tools of ${server}`,
    webSearch: 'Web search',
  },
  opened: 'opened',
  lookedFor: (queries: string) => `looked for “${queries}” in`,

  group: {
    /** `tool` is the one, if there was but one. */
    used: (calls: number, tools: number, tool: string) => {
      const what = tools === 1 ? tool : `${tools} tools`;
      if (tools === calls) return `Used ${what}`;
      return tools === 1 ? `Used ${what} ${calls} times` : `Used ${what} in ${calls} calls`;
    },
    cancelled: (calls: number) => `${calls} cancelled`,
    denied: (calls: number) => `${calls} denied`,
    failed: (calls: number) => `${calls} failed`,
    incomplete: (calls: number) => `${calls} incomplete`,
  },

  allLines: (lines: number) => `Show all ${number(lines)} lines`,
  arguments: 'Arguments',
  argumentsOf: (tool: string) => `Arguments of ${tool}`,
  code: 'Code',
  codeName: 'the code',
  logs: 'Logs',
  moreCharacters: (more: number) => `… and ${number(more)} more characters`,
  namesNoSources: 'The server names no sources.',
  noArguments: 'It takes no arguments.',
  noPrompt: 'The prompt is not known.',
  noResults: 'No results to show.',
  onPage: 'Looked for on the page',
  output: 'Output',
  outputOf: (tool: string) => `Output of ${tool}`,
  page: 'Page',
  picture: 'The generated picture',
  programFailed: 'The program failed.',
  progress: 'Progress',
  prompt: 'Prompt',
  queries: 'Queries',
  result: (number: number, tool: string) => `Result ${number} of ${tool}`,
  results: 'Results',
  score: (score: string) => `score ${score}`,
  sources: 'Sources',
  traceback: 'Traceback',
  unfinished: 'An unfinished picture',

  approval: {
    allowWidget: (tool: Node): Sentence => ['Allow this widget to run ', tool, '?'],
    deny: 'Deny',
    of: (tool: string) => `Approval of ${tool}`,
    once: 'Allow once',
  },

  decided: {
    already: 'Already decided. ',
    answerTo: (question: string) => `Answer to ${question}`,
    argumentsBefore: 'Arguments as the assistant wrote them',
    before: 'The arguments as the assistant wrote them',
    byRule: (decision: string, rule: Node): Sentence => [`${decision} by `, rule, '.'],
    by: { script: 'by a script', time: '', otherTab: 'in another tab', you: 'by you' },
    changed: 'with other arguments',
    doneThere: 'Done there.',
    notNeeded: 'No answer is needed any more.',
    decisions: {
      allow: 'Allowed',
      deny: 'Denied',
      answer: 'Answered',
      skip: 'Skipped',
      expire: 'Nobody answered in time',
    },
    rules: { rule: 'what you always allow', policy: 'what this server always allows' },
    scopes: {
      once: '',
      thread: ', from now on in this chat',
      everywhere: ', from now on everywhere',
    },
    /** `Allowed with other arguments by you, from now on in this chat.` */
    sentence: (parts: readonly string[], scope: string) => `${parts.join(' ')}${scope}.`,
  },

  widget: {
    called: (tool: Node): Sentence => ['The widget called ', tool, '.'],
    cannotShow: (name: string | null, reason: string) =>
      `The widget ${name} cannot show this output, so here it is as JSON. ${reason}`,
    denied: (tool: string) => `You denied the call of ${tool}.`,
    failed: (tool: string) => `${tool} has failed.`,
    noDefault: (name: string) => `widgets/${name}.ts has no default export.`,
    noElement: (name: string) => `The widget ${name} returned something other than an element.`,
    noSuch: (name: string) => `There is no widget ${name}.`,
    notShown: (tool: string) => `A widget cannot show what ${tool} returns.`,
  },

  app: {
    back: 'Back into the chat',
    close: 'Close the app',
    closed: 'You closed the app.',
    enlarge: 'Enlarge',
    gone: 'The app is not there any more.',
    isSilent: 'The server does not answer.',
    kind: 'App',
    missing: 'The app of this call cannot be shown. Its output says why.',
    of: (title: string) => `App: ${title}`,
    refused: (places: string) =>
      `It wants to load from ${places}, which this server does not allow, so parts of it may be missing. Whoever runs the server can allow it with APP_DOMAINS.`,
    show: 'Show the app',
  },
};
