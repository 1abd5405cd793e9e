import { counted } from './counted.ts';

export const setupMcp = {
  add: 'Add',
  addLabel: 'Add MCP server',
  addOne: 'Add a server',
  added: 'Added.',
  configuration: 'Configuration',
  configurationHint:
    'As the README of the server shows it. A command runs on this server, as the user that runs it: add only what you trust. Variables of the environment are filled in.',
  connecting: 'Connecting…',
  fails: (name: string, reason: string | null, log: string) =>
    `${name} does not work: ${reason ?? 'it is still starting.'} ${log}`,
  hint: 'Programs and addresses that offer tools, which this server calls whatever the upstream is. Tools that only read run at once, others ask first; “Approvals” and the page of tools change that.',
  servers: 'MCP servers',
  title: '7. MCP servers',
  tools: (count: number) => counted(count, 'tool'),
  try: 'Try first',
  tryLabel: 'Try first: MCP server',
  works: (name: string, tools: string, names: string) =>
    `${name} works and has ${tools}: ${names}.`,

  hosted: {
    add: 'Add hosted server',
    address: 'Address',
    addressHint:
      'Tools that only read run at once, others ask first. A token goes into HOSTED_MCP_TOKENS, never here.',
    label: 'Label',
    noAddress: 'An address that begins with https:// or http://.',
    noLabel: 'Up to 64 letters, digits, _ and -.',
    summary: 'Add an MCP server that the upstream calls',
  },

  place: {
    elsewhere: (at: string, name: string) =>
      `Runs here as long as ${at} does not answer your chats. Only that upstream is ever sent the headers and the login of ${name}.`,
    label: (at: string) => `Run at ${at} instead of here`,
    there: (name: string) =>
      `The upstream then calls the tools itself, and must reach the address. It is sent the address, the headers and the login of ${name}, secrets included; no other upstream is.`,
  },

  row: {
    change: 'Change',
    connect: 'Connect now',
    connectThat: (name: string) => `Connect now: ${name}`,
    connectedAgain: (times: number) =>
      `Connected again ${times === 1 ? 'once' : `${times} times`} so far.`,
    entry: 'Entry',
    entryHint: 'Where ••• stands, the stored value stays.',
    isOff: (name: string) => `${name} is off.`,
    isOn: (name: string) => `${name} is on.`,
    keep: 'Keep it',
    log: 'Log',
    logIn: 'Log in',
    logInTo: (name: string) => `Log in to ${name}`,
    logOf: (name: string) => `Log of ${name}`,
    logOut: 'Log out',
    logOutOf: (name: string) => `Log out of ${name}`,
    loggedIn: (at: string | null, rest: 'renewed' | 'forever' | { readonly until: string }) => {
      const where = at === null ? '' : ` at ${at}`;
      if (rest === 'renewed') return `Logged in${where}. The login is renewed by itself.`;
      return `Logged in${where}${rest === 'forever' ? '' : ` until ${rest.until}`}.`;
    },
    loggedOut: (name: string) => `You are logged out of ${name}.`,
    off: (name: string) => `Switch off ${name}`,
    on: (name: string) => `Switch on ${name}`,
    remove: 'Remove…',
    removeAsk: (name: string) => `Remove ${name}?`,
    removeThat: (name: string) => `Remove ${name}…`,
    removeWhat: (name: string) => `Remove ${name}? Its entry goes with all that is in it.`,
    removed: (name: string) => `${name} was removed.`,
    runsAt: (name: string, host: string) => `${name} runs at ${host}.`,
    runsHere: (name: string) => `${name} runs here.`,
    save: (name: string) => `Save ${name}`,
    saved: (name: string) => `${name} was saved.`,
    startedAgain: (times: number) =>
      `Started again ${times === 1 ? 'once' : `${times} times`} so far.`,
    states: {
      starting: 'Starting',
      ready: 'Ready',
      failed: 'Not connected',
      needs_login: 'Wants a login',
      disabled: 'Off',
    },
    switchOff: 'Switch off',
    switchOn: 'Switch on',
    tried: (times: number) => `Tried ${times} times so far.`,
  },

  listed: {
    asks: (description: string) => `Asks first. ${description}`,
    leftOut: (count: number) => `${count} left out`,
    off: (tools: string, off: number) => `${tools}, ${off} switched off`,
  },
};
