import './markdown.css';
import { h } from '../../base/dom.ts';
import { type Clock, systemClock } from '../../base/time.ts';
import { type Block, BlockStream, type Change } from '../source/blocks.ts';
import type { Lex } from '../source/lexer.ts';
import { type Mark, withMarks } from '../source/marks.ts';
import { createFlusher } from './flush.ts';
import { followFootnotes } from './footnotes.ts';
import { type Formulas, sharedFormulas } from './formulas.ts';
import { type Highlighter, sharedHighlighter } from './highlighter.ts';
import { sharedLooks } from './looks.ts';
import { blockRenderer } from './render.ts';
import { same } from './same.ts';
import { createSequence, type Sequence } from './sequence.ts';
import type { CreateBlock, Looks } from './view.ts';

/** Markdown on the page, complete or still arriving. */
export interface MarkdownView {
  readonly element: HTMLElement;
  /** Appends text, which is shown before one of the next paints. */
  append(delta: string): void;
  /** Replaces the text. If it continues the current one, this costs no more than `append`. */
  set(text: string): void;
  /** Sets the marks, sorted by position; also in a finished message. */
  mark(marks: readonly Mark[]): void;
  /** The text is complete: shows it at once and exactly. Later text opens the view again. */
  finish(): void;
  /** Stops timers and listeners; the element stays as it is. */
  dispose(): void;
}

export interface MarkdownOptions {
  readonly clock?: Clock;
  readonly highlighter?: Highlighter;
  readonly formulas?: Formulas;
  readonly looks?: Looks;
  readonly lex?: Lex;
  /** The level of the first heading. The default is 3, below the message's own heading. */
  readonly headingLevel?: number;
}

/** Builds elements and text nodes only: markup in the text can never become anything else. */
export function createMarkdown(options: MarkdownOptions = {}): MarkdownView {
  const clock = options.clock ?? systemClock;
  const element = h('div', { class: 'md' });
  followFootnotes(element);
  const disposal = new AbortController();
  const createNested = blockRenderer({
    clock,
    highlighter: options.highlighter ?? sharedHighlighter,
    formulas: options.formulas ?? sharedFormulas,
    looks: options.looks ?? sharedLooks,
    markdown(inner) {
      const view = createMarkdown(options);
      disposal.signal.addEventListener('abort', view.dispose);
      view.set(inner);
      view.finish();
      return view.element;
    },
    previewed: new Set(),
    signal: disposal.signal,
  });
  /** A block of the message itself has the direction of its first letter, and what is nested in it
   * follows: the browser would look past an inner block that had one of its own. */
  const createBlock: CreateBlock = (block) => {
    const view = createNested(block);
    if (view.element.dir === '') view.element.dir = 'auto';
    return view;
  };

  let text = '';
  /** The end of the text, not on the page yet. */
  let pending = '';
  let open: Open | null = null;
  let marks: readonly Mark[] = [];
  let marksChanged = false;

  const show = ({ sequence, shown }: Open, { from, blocks, starts }: Change): void => {
    shown.splice(
      from,
      shown.length,
      ...blocks.map((block, i) => ({ block, start: starts[i] ?? 0 })),
    );
    const changed = marksChanged ? 0 : from;
    marksChanged = false;
    sequence.update(marked(shown, withLineFeeds(marks, text), changed, text.length), changed);
  };
  const flush = (): Open => {
    if (open === null) {
      element.replaceChildren();
      open = {
        stream: new BlockStream(options.headingLevel, options.lex),
        sequence: createSequence(element, createBlock),
        shown: [],
      };
      pending = text;
    }
    show(open, open.stream.append(pending));
    pending = '';
    return open;
  };
  const flusher = createFlusher(clock, flush);

  const append = (delta: string): void => {
    if (delta === '' || disposal.signal.aborted) return;
    text += delta;
    pending += delta;
    flusher.request();
  };

  return {
    element,
    append,
    set(next) {
      if (next.startsWith(text)) return append(next.slice(text.length));
      text = next;
      pending = next;
      open = null;
      flusher.request();
    },
    mark(next) {
      if (same(marks, next)) return;
      marks = next;
      marksChanged = true;
      // A finished message has no views any more: build it again.
      if (open === null) pending = text;
      if (text !== '') flusher.request();
    },
    finish() {
      flusher.cancel();
      if (text === '') element.replaceChildren();
      if (open === null && pending === '') return;
      const finished = flush();
      const change = finished.stream.finish();
      if (change !== null) show(finished, change);
      finished.sequence.settle();
      // Keep only the elements: a thread may have a thousand messages.
      open = null;
    },
    dispose() {
      flusher.cancel();
      disposal.abort();
    },
  };
}

interface Open {
  readonly stream: BlockStream;
  readonly sequence: Sequence;
  /** The blocks without marks. */
  readonly shown: Placed[];
}

interface Placed {
  readonly block: Block;
  readonly start: number;
}

/** Returns the blocks from index `from` on with their marks: those after its beginning and before
 * the next block. */
function marked(
  placed: readonly Placed[],
  marks: readonly Mark[],
  from: number,
  length: number,
): readonly Block[] {
  return placed.slice(from).map(({ block, start }, index) => {
    const end = placed[from + index + 1]?.start ?? length;
    const isFirst = from + index === 0;
    const own = marks.filter(({ at }) => (at > start || isFirst) && at <= end);
    return withMarks(
      block,
      own.map((mark) => ({ ...mark, at: mark.at - start })),
    );
  });
}

/** The blocks' offsets count `\r\n` as one character. */
function withLineFeeds(marks: readonly Mark[], text: string): readonly Mark[] {
  if (!text.includes('\r\n')) return marks;
  return marks.map((mark) => ({
    ...mark,
    at: mark.at - (text.slice(0, mark.at).split('\r\n').length - 1),
  }));
}
