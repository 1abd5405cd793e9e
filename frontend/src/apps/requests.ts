/** What an app may ask of the chat, each after the reader has agreed. */

import { follow, safeUrl } from '../base/links.ts';
import { saveFile } from '../base/save.ts';
import type { AppInfo, AppResource, FunctionCall, Item, JsonValue } from '../protocol.ts';
import { t } from '../strings/apps.ts';
import { common } from '../strings/common.ts';
import { appOf } from './app_part.ts';
import type { Asking } from './ask.ts';
import { resultOf } from './call.ts';
import { bytesOf, filesIn, type WantedFile } from './downloads.ts';
import { type Fields, fieldsOf, textOf } from './messages.ts';
import { type Handlers, invalid, Refused } from './session.ts';

/** What an app may do to the chat around it. */
export interface AppActions {
  /** Sends a message as the reader. */
  send(text: string): void;
  /** Puts a text into the composer, for the reader to change and send. */
  fill(text: string): void;
  /** Tells the model this with the reader's next message, in place of what the app of this call has
   * told before. A text that is empty takes it back. */
  tellModel(context: {
    readonly itemId: string;
    readonly title: string;
    readonly text: string;
  }): void;
  /** Calls a tool in this chat, of which its model does not hear. Rejects with a sentence. */
  callTool(
    name: string,
    args: Readonly<Record<string, JsonValue>>,
    allowed: boolean,
  ): Promise<Item | 'ask'>;
}

const LONGEST_MESSAGE = 20_000;
const LONGEST_URI = 2_000;
/** The server takes no more. */
const LONGEST_CONTEXT = 10_000;

export interface RequestingApp {
  readonly itemId: string;
  readonly title: string;
  readonly tools: AppInfo['tools'];
  /** Reads a resource of the app's server; null where it has none. Rejects with a sentence. */
  readonly read: ((uri: string) => Promise<readonly AppResource[]>) | null;
}

/** For one app, from its loading to its end. */
export function createRequests(
  asking: Asking,
  actions: AppActions,
  { itemId, title, tools, read }: RequestingApp,
): Handlers {
  const allowed = new Set<string>();
  return {
    'tools/call': async ({ name, arguments: given = {} }) => {
      const tool = toolOf(textOf(name), tools);
      const args = fieldsOf(given);
      if (tool === null || args === null)
        throw invalid('A call needs arguments and the name of a tool of its server.');
      const text = JSON.stringify(args);
      // A page that came with an imported chat is nobody's here, so no app calls anything unasked.
      if (!allowed.has(tool)) {
        await asking.ask(t.wantsRun(tool), text, [
          { label: t.run, kind: 'primary', choose: () => {} },
          { label: t.runAlways, choose: () => allowed.add(tool) },
        ]);
      }
      const called = await actions.callTool(tool, JSON.parse(text), true);
      if (!isCall(called)) throw new Refused(`An app cannot be given what ${tool} returns.`);
      return resultOf(called, appOf(called));
    },
    'ui/update-model-context': ({ content = [], structuredContent = null }) => {
      const text = contextIn(content, structuredContent);
      if (text.length > LONGEST_CONTEXT) {
        throw invalid(`A context has at most ${LONGEST_CONTEXT} characters.`);
      }
      actions.tellModel({ itemId, title, text });
      return {};
    },
    'ui/download-file': async ({ contents }) => {
      const files = filesIn(contents);
      if (read === null && files.some((file) => file.content === null)) {
        throw invalid('There is no server to get the file from.');
      }
      await asking.ask(t.wantsSave, files.map(about).join('\n'), [
        { label: common.save, kind: 'primary', choose: () => {} },
      ]);
      for (const { name, uri, content } of files) {
        // Of an unknown type, so that no browser opens it in place of saving it.
        const type = { type: 'application/octet-stream' };
        const parts = content === null ? ((await read?.(uri)) ?? []).map(bytesOf) : [content];
        saveFile(name, new Blob([...parts], type));
      }
      return {};
    },
    ...(read === null ? {} : { 'resources/read': reading(asking, read) }),
    'ui/open-link': async ({ url }) => {
      const address = safeUrl(textOf(url) ?? '');
      if (address === null) throw invalid('The url is not one that can be opened.');
      await asking.ask(t.wantsOpen, address, [
        { label: t.open, kind: 'primary', choose: () => follow(address) },
      ]);
      return {};
    },
    'ui/message': async ({ role, content }) => {
      if (role !== 'user') throw invalid('The role must be user.');
      const text = textIn(content).trim();
      if (text === '') throw invalid('There is no text to send.');
      if (text.length > LONGEST_MESSAGE) throw invalid('The text is too long to be sent.');
      await asking.ask(t.wantsSend, text, [
        { label: t.sendIt, kind: 'primary', choose: () => actions.send(text) },
        { label: t.editFirst, choose: () => actions.fill(text) },
      ]);
      return {};
    },
  };
}

/** Of the app's own server alone, and only after the reader has said yes. */
function reading(
  asking: Asking,
  read: (uri: string) => Promise<readonly AppResource[]>,
): (params: Fields) => Promise<Fields> {
  let mayRead = false;
  return async ({ uri }) => {
    const address = textOf(uri) ?? '';
    if (address === '' || address.length > LONGEST_URI) throw invalid('A resource needs a uri.');
    if (!mayRead) {
      await asking.ask(t.wantsRead, address, [
        { label: t.read, kind: 'primary', choose: () => {} },
        {
          label: t.readAll,
          choose: () => {
            mayRead = true;
          },
        },
      ]);
    }
    const contents = await read(address);
    return {
      contents: contents.map(({ uri: found, mime_type, text, blob }) => ({
        uri: found,
        ...(mime_type === null ? {} : { mimeType: mime_type }),
        ...(blob === null ? { text: text ?? '' } : { blob }),
      })),
    };
  };
}

function about({ name, content }: WantedFile): string {
  if (content === null) return t.fromServer(name);
  return t.sized(name, content.length);
}

/** An app of an MCP server may call that server's tools alone, by the names that these have there. */
function toolOf(name: string | null, tools: AppInfo['tools']): string | null {
  if (name === null || tools === null) return name;
  return Object.hasOwn(tools, name) ? (tools[name] ?? null) : null;
}

function isCall(called: Item | 'ask'): called is FunctionCall {
  return called !== 'ask' && called.type === 'function_call';
}

function contextIn(content: unknown, structured: unknown): string {
  const fields = fieldsOf(structured);
  if (!Array.isArray(content) || (structured !== null && fields === null)) {
    throw invalid('A context is a list of texts and an object.');
  }
  const text = content.length === 0 ? '' : textIn(content);
  return [text, fields === null ? '' : JSON.stringify(fields)].filter(Boolean).join('\n\n').trim();
}

/** The extension has one block of content, its library a list of them. */
function textIn(content: unknown): string {
  const blocks: unknown[] = Array.isArray(content) ? content : [content];
  return blocks.map((block) => textBlock(fieldsOf(block))).join('\n\n');
}

function textBlock(block: Fields | null): string {
  const text = block?.['type'] === 'text' ? textOf(block['text']) : null;
  if (text === null) throw invalid('Only text can be sent.');
  return text;
}
