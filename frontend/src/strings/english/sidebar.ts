export const sidebar = {
  chats: 'Chats',
  deleted: 'Chat deleted.',
  empty: 'Your chats will be listed here.',
  found: 'Found',
  import: 'Import a chat',
  noLinks: 'Links cannot be made now. Load the page again.',
  noMatch: 'No chat matches these words.',
  noUsage: 'The usage cannot be shown. Load the page again.',
  pinned: 'Pinned',
  recent: 'Recent',
  search: 'Search chats',
  undo: 'Undo',

  entry: {
    delete: 'Delete',
    exportJson: 'Export as JSON',
    exportMarkdown: 'Export as Markdown',
    instructions: 'Instructions',
    isWritten: 'An answer is being written',
    options: 'Options',
    optionsOf: (title: string) => `Options of ${title}`,
    pin: 'Pin',
    rename: 'Rename',
    share: 'Share…',
    unpin: 'Unpin',
    usage: 'Usage',
  },

  age: {
    now: 'now',
    minutes: (count: number) => `${count} min`,
    hours: (count: number) => `${count} h`,
    days: (count: number) => `${count} d`,
  },

  importing: {
    failed: (file: string, problem: string) => `“${file}” was not imported. ${problem}`,
    refused: (file: string, why: string) =>
      `“${file}” was not imported: ${why}. Choose a file that “Export as JSON” in the menu of a chat has made.`,
    tooLarge: 'it is larger than 32 MB',
    noJson: 'it is not JSON, or its end is missing',
    otherVersion: 'it is of another version',
    damaged: (problem: string) => `it is damaged (${problem})`,
    noChat: 'it is no exported chat',
  },
};
