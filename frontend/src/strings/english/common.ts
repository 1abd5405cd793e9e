/** Words of many rooms, and of the rooms that know no product. */

import { counted } from './counted.ts';

export const common = {
  back: 'Back',
  cancel: 'Cancel',
  close: 'Close',
  copied: 'Copied',
  copy: 'Copy',
  copyFailed: 'Copy failed',
  download: 'Download',
  edit: 'Edit',
  loading: 'Loading…',
  newChat: 'New chat',
  no: 'No',
  reload: 'Reload',
  remove: 'Remove',
  removeThat: (name: string) => `Remove ${name}`,
  save: 'Save',
  send: 'Send',
  showMore: 'Show more',
  stop: 'Stop',
  stopped: 'Stopped.',
  tools: 'Tools',
  tryAgain: 'Try again',
  waitsForYou: 'Waits for you',
  yes: 'Yes',

  cannotBeShown: (name: string) => `${name} cannot be shown.`,
  dropFiles: 'Drop files to attach them',
  link: 'link',
  none: 'nothing',
  optional: (label: string) => `${label} (optional)`,
  suggestions: (count: number) => counted(count, 'suggestion'),
  title: 'Title',
  underATenth: 'under 0.1 s',

  waiting: {
    one: 'Waits for you · ',
    several: (chats: number) => `${chats} wait for you · `,
  },

  efforts: {
    none: 'None',
    minimal: 'Minimal',
    low: 'Low',
    medium: 'Medium',
    high: 'High',
    xhigh: 'Extra high',
    max: 'Maximum',
  },

  instructions: {
    title: 'Instructions of this chat',
    note: 'What the model is told here beside the assistant’s own instructions, from the next message on.',
  },

  server: {
    isSilent: 'The server does not answer. Is it still running?',
    isNoJson:
      'The server answered with something other than JSON. Is another program on this port?',
    answered: (status: string) => `The server answered ${status}`,
    messageTooLong: 'This message is too long for the server. Shorten it and send it again.',
  },
};
