/** The sections of `/setup`; assistants and MCP servers have tables of their own. */

import { counted } from './counted.ts';
import type { Sentence } from './sentence.ts';

export const setup = {
  attention: 'Needs attention',
  marks: {
    done: 'Done',
    missing: 'Missing',
    problem: 'Needs attention',
    optional: 'Optional',
  },
  ready: 'Ready',
  setCount: (count: number) => `${count} set`,
  title: 'Setup',
  tryAgainIn: (message: string, seconds: number) => `${message} Try again in ${seconds} s.`,
  lockedByCommand: (name: string) =>
    `${name} was given on the command line, which overrides what is set here. Restart without it to change it here.`,
  lockedByVariable: (name: string) =>
    `The environment variable ${name} is set and overrides what is set here. Unset it and restart to change it here.`,

  overview: {
    answers: (name: string, model: string, through: string) =>
      `${name} answers with ${model}, through the ${through}.`,
    api: (upstream: string, url: string | null) =>
      url === null ? upstream : `${upstream} at ${url}`,
    before: 'Before you can chat',
    checkAgain: 'Check again',
    demoReady: 'The demo is ready',
    needsAssistant: {
      link: 'Create an assistant',
      why: ': it sets which model answers, and how.',
      unknown: (id: Node): Sentence => [
        ': the upstream does not know ',
        id,
        ', which ASSISTANT_ID names.',
      ],
    },
    needsKey: { link: 'Set an API key', why: ': this upstream requires one.' },
    needsUpstream: {
      link: 'Choose an upstream',
      why: (choice: string) => `: there is none called ${choice}.`,
    },
    ready: 'Ready to chat',
    retired:
      'This server no longer has the Assistants API: OpenAI and Azure switched it off on 26 August 2026. ' +
      'Choose the Responses API instead, which keeps your functions and threads working here, ' +
      'or the base URL of a server that still has Assistants v2.',
    start: 'Start chatting',
    through: (through: string) => `Answers come through the ${through}.`,
    toAModel: (
      link: (to: 'upstream' | 'api_key' | 'assistant', words: string) => Node,
    ): Sentence => [
      'Answers come from a script, offline, not from an AI. For a real model, ',
      link('upstream', 'choose an upstream'),
      ' or ',
      link('api_key', 'save an API key'),
      ', then ',
      link('assistant', 'create an assistant'),
      '.',
    ],
    wrong: 'The upstream does not answer correctly',
  },

  upstream: {
    automatically: (title: string) => `In use now: ${title}, chosen automatically.`,
    baseUrl: 'Base URL',
    baseUrlHint: 'Leave it empty for OpenAI. The base URL of another server usually ends in /v1.',
    custom: 'A custom upstream.',
    done: 'Saved. It applies from the next run on.',
    inUse: (title: string) => `In use now: ${title}.`,
    none: 'No upstream is in use.',
    save: 'Save upstream',
    saving: 'Saving…',
    title: '1. Upstream',
    who: 'Who answers',
    known: {
      auto: {
        title: 'Automatic',
        text: 'For most people. Asks the server which API it speaks. Without a key and a base URL it is the demo.',
      },
      demo: {
        title: 'Demo',
        text: 'For a first look. Scripted answers from this server, offline and without AI, that show every feature.',
      },
      responses: {
        title: 'Responses API',
        text: 'For OpenAI itself, and for servers that speak its Responses API: Azure, Ollama, vLLM, LM Studio, llama.cpp.',
      },
      chat_completions: {
        title: 'Chat Completions API',
        text: 'For a server that does not speak the Responses API: Anthropic, Gemini, Mistral, Groq, DeepSeek, most gateways, and older local servers.',
      },
      assistants: {
        title: 'Assistants API',
        text: 'For a compatible server that still has Assistants v2. OpenAI and Azure switched theirs off on 26 August 2026.',
      },
    },
  },

  key: {
    anyway: 'Store it anyway',
    check: 'Check it with the upstream before storing it',
    checking: 'Checking the key with the upstream…',
    empty: 'Paste a key first.',
    hint: (file: string) => `It is written to ${file} on this server and never shown again.`,
    keep: 'Keep it',
    label: 'API key',
    missing: 'No key is set, and this upstream needs one.',
    noneForDemo: 'No key is set. The demo needs none.',
    noneNeeded: 'No key is set. Many self-hosted servers need none.',
    remove: 'Remove key…',
    removeAsk: 'Remove the key?',
    removeNow: 'Remove it',
    removeWhat: 'Remove the key? It cannot be shown again.',
    removed: 'The key is removed.',
    removing: 'Removing the key…',
    save: 'Save key',
    sealed:
      'It is written to the database, sealed with SECRET_KEY, and never shown again. A copy of the ' +
      'database does not tell it; who can write to the database could have it sent elsewhere.',
    sealedWithKeptKey:
      'It is written to the database, sealed with a key that is kept there as well, and never shown ' +
      'again. Who reads all of the database can open it: set SECRET_KEY, the same for all processes, ' +
      'to keep the two apart.',
    set: 'A key is set.',
    setTo: (end: string) => `A key is set: …${end}`,
    stored: 'The key is stored, unchecked.',
    storing: 'Storing the key…',
    title: '2. API key',
    works: 'The key works and is stored.',
  },

  approvals: {
    inChat: 'In the chat ',
    inThatChat: (title: string) => `in the chat “${title}”`,
    everywhere: 'Everywhere',
    thereEverywhere: 'everywhere',
    granted: 'You always allow',
    hint: (workbench: (words: string) => Node): Sentence => [
      'Whether a tool waits for a yes before each call, whichever assistant makes it. ' +
        'A choice is saved at once and holds for everybody who uses this server. ' +
        'A tool that is always allowed runs at once too, and its call says so. What each tool takes ' +
        'and did, and how to try it with no model, is on ',
      workbench('the workbench'),
      '.',
    ],
    none: 'Nothing. Where a call asks, you can allow its tool always, in that chat or everywhere. It is listed here then.',
    others: (server: Node): Sentence => ['All other tools of ', server],
    takeBack: 'Take back',
    takeBackThat: (tool: string, where: string) => `Take back ${tool} ${where}`,
    takenBack: (tool: string, where: string) => `${tool} is no longer always allowed ${where}.`,
    title: '4. Approvals',
  },

  files: {
    add: 'Add files…',
    again: (name: string) => `Read ${name} again`,
    cannot: 'Files cannot be searched here.',
    cannotThat: 'It cannot be searched.',
    checked: 'being checked…',
    delete: (name: string) => `Delete ${name}`,
    deleteAll: 'Delete all…',
    deleteAllAsk: 'Delete all files?',
    deleteAllNow: 'Delete all',
    deleteAllWhat: 'Delete all files? The assistant can no longer search them.',
    elsewhere: 'At another upstream, not searched now',
    here: 'The assistant searches these files with its tool “File search”. They are kept and read on this server.',
    isRead: 'Being read…',
    isReadThere: 'Being read at the upstream…',
    keep: 'Keep them',
    label: 'Files',
    none: 'There are no files yet.',
    notSearched: 'Not searched',
    notThere: 'Not at the current upstream',
    readyThere: 'Ready at the upstream',
    readyWith: (note: string) => `Ready. ${note}`,
    takes: (size: string) =>
      `Documents, text and code, up to ${size} each: PDF, Word, PowerPoint, Excel, OpenDocument, RTF, EPUB, e-mail, Markdown, HTML, CSV, JSON, notebooks, plain text and source code.`,
    there: (upstream: string) =>
      `The assistant searches these files with its tool “File search”. They are also sent to the upstream (${upstream}) and searched there.`,
    title: '5. Files',
    tryAgain: (name: string) => `Try ${name} again`,
    uploaded: 'Uploaded',
    uploadedShare: (percent: number) => `${percent} % uploaded`,
    waiting: 'waiting',
  },

  interpreter: {
    atUpstream: 'At the upstream',
    hosted: 'The assistant’s code runs at the upstream.',
    here: (isolation: string | null) =>
      `The assistant’s code runs on this server, without network access and in a folder of its own.${isolation === null ? '' : ` It is confined by ${isolation}.`}`,
    prepared: 'Prepared',
    preparing: 'Preparing',
    starting: (detail: string | null) => `${detail ?? 'Starting'}… You can chat meanwhile.`,
    title: '6. Code interpreter',
    unavailable: 'Not available',
    unavailableHere: 'The assistant’s code cannot run here.',
  },

  doctor: {
    asksForKey: 'It asks for an API key.',
    check: 'Check now',
    checking: 'Checking…',
    checks: 'Checks',
    choosing: (server: string) => `Choosing ${server}…`,
    fails: (checks: number) => `${counted(checks, 'check fails', 'checks fail')}.`,
    hint: 'Tries what the server and its model can do, with a few short requests of which nothing is kept, and looks for model servers on the machine that this server runs on.',
    inUse: 'In use',
    noModel: 'It lists no model.',
    noted: (things: number) => `It works. ${counted(things, 'thing')} to take note of.`,
    servers: 'Servers found',
    title: '8. Check-up',
    use: 'Use it',
    useThat: (server: string) => `Use ${server}`,
    verdicts: { ok: 'Works', warning: 'Take note', failed: 'Fails', skipped: 'Not tried' },
    well: 'All is well.',
  },

  usage: {
    everybodys: 'Everybody’s',
    from: 'From',
    lead: 'As the servers count; answers of deleted chats stay counted. ',
    mine: 'Mine alone',
    none: 'There were no answers in these days.',
    noPrices: 'With PRICES set in .env the costs are counted, too.',
    prices: 'Costs are by the prices that were set when each answer ended.',
    title: '9. Usage',
    to: 'To',
    whose: 'Whose chats',
  },
};
