/** What tools that are built in are called, and whether a tool asks first. */

export const tools = {
  asEachSays: 'As each tool says',
  byDefault: (policy: string) => `Default: ${policy}`,
  policies: { never: 'Runs at once', ask: 'Asks first', always_allow: 'Always allowed' },
  saved: 'Saved. It applies from the next call on.',
  builtIn: {
    code_interpreter: {
      title: 'Code interpreter',
      text: 'Runs Python: at the upstream if it offers that, otherwise on this server.',
    },
    file_search: {
      title: 'File search',
      text: 'Searches the files below and those attached to a message.',
    },
    web_search: {
      title: 'Web search',
      text: 'Searches the web at the upstream, near the visitor’s time zone, and names its sources.',
    },
    image_generation: {
      title: 'Image generation',
      text: 'Makes and changes pictures: at the upstream if it offers that, otherwise with IMAGES_MODEL.',
    },
    shell: {
      title: 'Shell',
      text: 'Runs commands for files and texts in this server’s sandbox.',
    },
    apply_patch: {
      title: 'Patches',
      text: 'Creates and changes text files in this server’s sandbox.',
    },
    ask_user: {
      title: 'Questions to you',
      text: 'Asks you what only you can decide or know, with a small form, and waits for your answer.',
    },
  },
};
