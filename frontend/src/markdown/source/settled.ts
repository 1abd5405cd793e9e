import { isClosedFence, isFence } from './fence.ts';
import type { MarkdownToken } from './lexer.ts';
import { MAX_FORMULA } from './math.ts';

export interface Settled {
  /** How many of the first tokens no later text can change … */
  readonly count: number;
  /** … and how many characters they are. */
  readonly length: number;
}

/**
 * Returns which tokens of `tail` are settled. A block settles when the first line of the next block
 * is complete: until then that line may still join it ("1. a\n\n2" becomes a list of two). Some
 * settle sooner. The few blocks that this gets wrong (a link title over several lines) are
 * corrected by the final lex of the whole text.
 */
export function settledOf(tokens: readonly MarkdownToken[], tail: string): Settled {
  let length = 0;
  let count = 0;
  for (const token of tokens) {
    const end = length + token.raw.length;
    if (!isSettled(token, end, tokens.slice(count + 1, count + 3), tail)) break;
    length = end;
    count += 1;
  }
  return { count, length };
}

function isSettled(
  token: MarkdownToken,
  end: number,
  following: readonly MarkdownToken[],
  tail: string,
): boolean {
  const [next] = following;
  if (token.type === 'space') return next !== undefined;

  const lineComplete = token.raw.endsWith('\n') || tail.startsWith('\n', end);
  if (token.type === 'heading' || token.type === 'hr') return lineComplete;
  if (token.type === 'details') return token.closed && lineComplete;
  if (token.type === 'math') {
    if (token.closed && lineComplete) return true;
    if (!token.closed && tail.length - (end - token.raw.length) <= MAX_FORMULA) return false;
  }
  if (isFence(token) && isClosedFence(token.raw)) return lineComplete;
  if (endsAtBlankLine(token) && next?.type === 'space' && hasBlankLine(next.raw)) return true;

  const start = next?.type === 'space' ? end + next.raw.length : end;
  const block = next?.type === 'space' ? following[1] : next;
  if (block === undefined) return false;
  return isDecided(block, start, tail);
}

/** Whether the kind of the block at `start` is certain. A growing row of dashes may turn the line
 * before it into a table or heading, and then again into text of the paragraph before that. (marked
 * also takes "10. a\n-" after a paragraph for a list.) */
function isDecided(block: MarkdownToken, start: number, tail: string): boolean {
  if (block.type === 'heading') return tail.includes('\n', start + block.raw.trimEnd().length);
  const firstLine = tail.indexOf('\n', start);
  if (firstLine === -1) return false;
  const dashes = block.type === 'table' || block.type === 'list';
  return !dashes || tail.includes('\n', firstLine + 1);
}

function endsAtBlankLine(token: MarkdownToken): boolean {
  return token.type === 'paragraph' || token.type === 'table' || token.type === 'blockquote';
}

function hasBlankLine(space: string): boolean {
  return space.includes('\n', space.indexOf('\n') + 1);
}
