import { counted } from './counted.ts';

export const chat = {
  assistant: 'Assistant',
  attached: 'Attached files',
  conversation: 'Conversation',
  fromApp: 'From the app ',
  chat: 'Chat',
  jump: 'Jump to latest',
  picture: 'Picture of the assistant',
  sources: 'Sources',
  theAnswer: 'The answer',
  thinking: 'Thinking…',
  thoughts: 'Thoughts',
  you: 'You',

  announced: {
    answering: 'Working on an answer.',
    connected: 'Connected again.',
    done: 'The answer is complete.',
    waits: 'The assistant waits for you.',
  },

  apps: {
    label: 'What apps tell the assistant with your next message',
    leaveOut: (title: string) => `Do not tell what the app ${title} says`,
  },

  attach: {
    cancel: (name: string) => `Cancel ${name}`,
    checked: 'Being checked…',
    files: 'Attach files',
    from: (name: string, origin: string) => `${name}, from ${origin}`,
    menu: 'Attach',
    isRead: (size: string) => `${size}, being read…`,
    obstacle: 'Remove the failed file, or try it again.',
    prompt: 'A prompt',
    sent: (percent: number, size: string) => `${percent} % of ${size}`,
    server: 'From a server',
    tooMany: (most: number) => `A message can have at most ${most} files.`,
    tryAgain: (name: string) => `Try ${name} again`,
    upload: 'Upload files',
    uploaded: 'Uploaded',
    waiting: (size: string) => `${size}, waiting`,
  },

  banner: {
    connect: 'Connect a model',
    demo: 'This is the demo, not an AI. ',
    hide: 'Hide this notice',
  },

  choices: {
    assistants: (value: string) => `${value} (the assistant’s)`,
    effort: 'Effort',
    gone: 'Not there any more',
    instructions: 'Instructions',
    model: 'Model ',
    on: ': on',
    server: 'up to the server',
    upToModel: 'Up to the model',
    verbosity: 'Verbosity',
  },

  composer: {
    about: (files: number): string =>
      files === 1 ? 'What is in this file?' : 'What is in these files?',
    afterAnswer: 'Messages you send now wait until this answer is finished.',
    afterDecision: 'Messages you send now wait until the above is decided.',
    afterUpload: 'Your message will be sent when its files are uploaded.',
    dictate: 'Dictate',
    enter: (isLine: boolean, hasPrompts: boolean) =>
      `${isLine ? 'Enter starts a new line' : 'Enter sends, Shift+Enter starts a new line'}${hasPrompts ? ', / lists prompts' : ''}.`,
    justSend: (question: string) => `Say what to do, or just send: “${question}”`,
    leftOut: (files: number) => `(${files} more files were left out.)`,
    message: 'Message',
    placeholder: 'Ask anything',
    send: 'Send message',
  },

  connection: {
    connecting: 'Connecting…',
    lost: 'Connection lost. Trying again…',
    outdated: 'The server has a newer version of this page. Reload it.',
    refused: 'The server refused this page. Reload it.',
    tryNow: 'Try now',
    unknown: 'There is no such chat.',
  },

  context: {
    full: (percent: number) => `Context ${percent} % full`,
    title:
      'How much of what the model can read this chat takes. Of a longer chat the oldest messages are left out.',
  },

  end: {
    again: (seconds: number) => ` Try again in ${counted(seconds, 'second')}.`,
    cutOff: 'The answer was cut off.',
    expired: 'The run took too long and expired.',
    failed: 'The run failed.',
    hear: 'Read aloud',
    regenerate: 'Regenerate',
    setup: 'Open setup',
    stopReading: 'Stop reading',
    stopping: 'Stopping…',
    working: 'Working…',
  },

  feedback: {
    add: 'Add a comment',
    bad: 'Bad answer',
    change: 'Edit comment',
    good: 'Good answer',
    label: 'Feedback',
    note: 'Whoever runs this server can read it, with the question and the answer.',
    title: 'Your comment on this answer',
  },

  message: {
    edit: 'Edit message',
    next: 'Next version',
    notSent: 'You, not sent yet',
    previous: 'Previous version',
    sending: 'Sending…',
    version: (number: number, count: number) => `Version ${number} of ${count}`,
    waiting: 'Waiting to be sent',
  },

  missing: {
    lead: 'It was deleted, never existed, or belongs to another browser.',
    start: 'Start a new chat',
    title: 'There is no such chat',
  },

  /** Read aloud, or told by a screen reader. */
  spoken: { code: 'Code.', picture: (alt: string) => ` Picture: ${alt} ` },
  notStored: 'The chat is not stored yet. Try again in a moment.',

  waits: {
    allow: 'Allow all once',
    deny: 'Deny all',
    notify: 'Notify me next time',
    show: 'Show',
    skip: 'Skip and go on',
    stop: 'Stop and send',
    /** Of which there is one at least; messages wait behind them. */
    text: (calls: number, questions: number, messages: number) => {
      const parts = [
        calls > 0 && counted(calls, 'call'),
        questions > 0 && counted(questions, 'question'),
      ].filter(Boolean);
      const verb = calls + questions === 1 ? 'waits' : 'wait';
      const behind =
        messages === 0
          ? ''
          : messages === 1
            ? ' Your message waits behind it.'
            : ' Your messages wait behind it.';
      return `${parts.join(' and ')} ${verb} for you.${behind}`;
    },
  },

  welcome: {
    greeting: 'What would you like to know?',
    introduction:
      'Ask a question and watch the assistant work: every tool call is shown as it happens.',
    label: 'Welcome',
  },
};
