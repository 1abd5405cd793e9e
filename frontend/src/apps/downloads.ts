/** Files that an app wants to save: resources of MCP, with their contents or by their address. */

import type { AppResource } from '../protocol.ts';
import { type Fields, fieldsOf, textOf } from './messages.ts';
import { invalid, Refused } from './session.ts';

export interface WantedFile {
  readonly name: string;
  /** Null for one that its server has to be asked for. */
  readonly content: Uint8Array<ArrayBuffer> | null;
  readonly uri: string;
}

const MOST_FILES = 10;
const LONGEST_NAME = 100;
const LONGEST_URI = 2_000;

/** Throws a refusal for what makes no sense. */
export function filesIn(contents: unknown): readonly WantedFile[] {
  if (!Array.isArray(contents) || contents.length === 0 || contents.length > MOST_FILES) {
    throw invalid(`The contents are a list of up to ${MOST_FILES} resources.`);
  }
  return contents.map((content) => fileOf(fieldsOf(content)));
}

/** Returns the bytes of a resource that was read. */
export function bytesOf({
  text,
  blob,
}: Pick<AppResource, 'text' | 'blob'>): Uint8Array<ArrayBuffer> {
  if (blob === null) return new TextEncoder().encode(text ?? '');
  try {
    return Uint8Array.from(atob(blob), (char) => char.charCodeAt(0));
  } catch {
    throw new Refused('The file is not base64.');
  }
}

function fileOf(content: Fields | null): WantedFile {
  const isLink = content?.['type'] === 'resource_link';
  const resource = isLink ? content : fieldsOf(content?.['resource']);
  const uri = textOf(resource?.['uri']);
  if (resource === null || uri === null || uri.length > LONGEST_URI) {
    throw invalid('A resource needs a uri.');
  }
  const name = safeName(textOf(resource['name']) ?? lastOf(uri));
  if (isLink) return { name, uri, content: null };
  const [text, blob] = [textOf(resource['text']), textOf(resource['blob'])];
  if (text === null && blob === null) throw invalid('A resource needs a text or a blob.');
  return { name, uri, content: bytesOf({ text, blob }) };
}

function lastOf(uri: string): string {
  const last =
    uri
      .replace(/[?#].*$/, '')
      .split('/')
      .at(-1) ?? '';
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

/** Returns a name without folders and without characters that nobody sees or that turn the order of the
 * others around. */
function safeName(name: string): string {
  const clean = name
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .replace(/[/\\:*?"<>|]/g, '_')
    .replace(/^[.\s]+|[.\s]+$/g, '');
  return clean.length <= LONGEST_NAME ? clean || 'file' : shortened(clean);
}

/** Returns the beginning of a name, and its ending. */
function shortened(name: string): string {
  const ending = /\.\w{1,10}$/.exec(name)?.[0] ?? '';
  return name.slice(0, LONGEST_NAME - ending.length) + ending;
}
