import type { MarkdownToken, Tokens } from './lexer.ts';

const OPENING = /^ {0,3}(`{3,}|~{3,})[^\n]*(?:\n|$)/;

/** Whether the fence has its closing line. The last line may still grow ("```" into "```js"). */
export function isClosedFence(raw: string): boolean {
  const opening = OPENING.exec(raw);
  if (opening === null) return false;
  const body = raw.slice(opening[0].length, raw.endsWith('\n') ? -1 : undefined);
  return closingLine(opening[1] ?? '').test(body.slice(body.lastIndexOf('\n') + 1));
}

/** Whether this code is fenced, not indented. */
export function isFence(token: MarkdownToken): token is Tokens.Code {
  return token.type === 'code' && token.codeBlockStyle !== 'indented';
}

/** An open fence, extended without a lexer: text is appended unchanged. */
export class OpenFence {
  readonly #token: Tokens.Code;
  readonly #body: number;
  readonly #closing: RegExp;

  private constructor(token: Tokens.Code, body: number, closing: RegExp) {
    this.#token = token;
    this.#body = body;
    this.#closing = closing;
  }

  /** Returns null for a fence that is closed, indented (its lines lose their indent) or without a
   * complete first line. `tail` begins with the fence. */
  static of(token: Tokens.Code, tail: string): OpenFence | null {
    const opening = OPENING.exec(tail);
    const marker = opening?.[1];
    if (opening === null || marker === undefined || !opening[0].endsWith('\n')) return null;
    if (tail.startsWith(' ') || isClosedFence(token.raw)) return null;
    return new OpenFence(token, opening[0].length, closingLine(marker));
  }

  /** Returns the fence after `added` more characters at the end of `tail`; null if they may close
   * it. */
  extend(tail: string, added: number): Tokens.Code | null {
    const line = tail.lastIndexOf('\n', tail.length - added - 1) + 1;
    if (this.#closing.test(tail.slice(line))) return null;
    const text = tail.slice(this.#body);
    return { ...this.#token, raw: tail, text: text.endsWith('\n') ? text.slice(0, -1) : text };
  }
}

function closingLine(marker: string): RegExp {
  return new RegExp(`^ {0,3}${marker}[${marker.charAt(0)}]* *$`, 'm');
}
