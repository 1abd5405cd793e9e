/** What a call asks before it goes on. */

import type { Sentence } from './sentence.ts';

export const approvals = {
  approval: {
    allow: (tool: Node): Sentence => ['Allow ', tool, ' to run with this?'],
    change: 'Change the arguments',
    denyWhy: 'Deny…',
    everywhere: 'Always everywhere',
    inChat: 'Always in this chat',
    inForm: 'Change in a form',
    asJson: 'Change as JSON',
    run: 'Run with these',
    whyNot: 'Why not? The assistant is told.',
  },

  asked: {
    address: (who: string) => `Address of ${who}`,
    answer: 'Answer',
    done: 'I am done there',
    noWhy: 'No…',
    notOpened: 'Its address cannot be opened.',
    oddHost:
      'Its host has letters that may look like others: it may not be the place that it seems.',
    once: (problem: string) => `Once more, please. ${problem}`,
    open: (host: string) => `Open ${host}`,
    plain: 'The way there is not encrypted: others may read what you write there.',
    question: 'Question',
    questionOf: (who: string) => `Question of ${who}`,
    server: (name: Node, isForm: boolean): Sentence => [
      'The MCP server ',
      name,
      isForm ? ' asks. Never write a password or a key here.' : ' asks.',
    ],
    skip: 'Skip',
    until: (time: Node): Sentence => ['Waits for you until ', time, '.'],
  },

  changes: {
    after: 'Now',
    app: 'App',
    arguments: 'Arguments',
    before: 'Before',
    description: 'Description',
    hints: 'What it says it does',
    label: 'Changes',
    lead: 'Its server has changed this tool since its last call:',
    title: 'Title',
  },
};
