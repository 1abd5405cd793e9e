import type { Sentence } from './sentence.ts';

export const palette = {
  changeTheme: 'Change the theme',
  groups: { chats: 'Chats', commands: 'Commands', settings: 'Settings', tools: 'Tools' },
  found: 'Found',
  nothing: 'Nothing has these words.',
  placeholder: 'Chats, commands, settings, tools',
  sections: {
    upstream: 'Upstream: which server answers',
    key: 'API key',
    assistant: 'Assistants: model, instructions, tools',
    approvals: 'Approvals: what asks first',
    files: 'Files to search',
    interpreter: 'Code interpreter',
    mcp: 'MCP servers',
    doctor: 'Check-up',
    usage: 'Usage: tokens and costs by day',
  },
  find: 'Find',

  keys: {
    palette: 'Find chats, commands, settings and tools',
    newChat: 'New chat',
    composer: 'Write a message',
    editLast: 'Change the last message, while none is written',
    copyAnswer: 'Copy the last answer',
    stop: 'Stop the answer',
    keys: 'Show the keys',
    title: 'Keys',
    /** Those that are one character. */
    use: (keys: readonly Node[]): Sentence => [
      'Use the keys ',
      ...keys.flatMap((key, index) => [index === 0 ? '' : ' and ', key]),
    ],
  },
};
