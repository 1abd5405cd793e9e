import './markdown.css';
import { h } from '../../base/dom.ts';
import { type Clock, systemClock } from '../../base/time.ts';
import { type Block, BlockStream, type Change } from '../source/blocks.ts';
import type { Lex } from '../source/lexer.ts';
import { type Mark, withMarks } from '../source/marks.ts';
import { createFlusher } from './flush.ts';
import { type Highlighter, sharedHighlighter } from './highlighter.ts';
import { blockRenderer } from './render.ts';
import { same } from './same.ts';
import { createSequence, type Sequence } from './sequence.ts';

/** Markdown on the page, complete or still arriving. */
export interface MarkdownView {
  readonly element: HTMLElement;
  /** More text; shown before one of the next paints. */
  append(delta: string): void;
  /** This text instead. Where it only goes on from the text so far, as cheap as `append`. */
  set(text: string): void;
  /** What stands within the text, in order; also where that was shown long ago. */
  mark(marks: readonly Mark[]): void;
  /** All text is there: shows it at once, and right in every detail. Text that comes nevertheless
   * opens the view again. */
  finish(): void;
  /** Stops timers and listeners; the element stays as it is. */
  dispose(): void;
}

export interface MarkdownOptions {
  readonly clock?: Clock;
  readonly highlighter?: Highlighter;
  readonly lex?: Lex;
  /** The level of the first heading, 3 unless told: a message stands under a heading of level 2. */
  readonly headingLevel?: number;
}

/** Elements and text nodes only: no markup in the text can become anything else. */
export function createMarkdown(options: MarkdownOptions = {}): MarkdownView {
  const clock = options.clock ?? systemClock;
  const element = h('div', { class: 'md' });
  const disposal = new AbortController();
  const createBlock = blockRenderer({
    clock,
    highlighter: options.highlighter ?? sharedHighlighter,
    signal: disposal.signal,
  });

  let text = '';
  /** The end of the text that is not on the page yet. */
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
      // A finished message is built again.
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
      // A finished message is kept as elements only: a thread may have a thousand of them.
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
  /** The blocks without marks, as the source has them. */
  readonly shown: Placed[];
}

interface Placed {
  readonly block: Block;
  readonly start: number;
}

/** The blocks from index `from` on, each with the marks after its beginning and before the next. */
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

/** Blocks count `\r\n` as one character. */
function withLineFeeds(marks: readonly Mark[], text: string): readonly Mark[] {
  if (!text.includes('\r\n')) return marks;
  return marks.map((mark) => ({
    ...mark,
    at: mark.at - (text.slice(0, mark.at).split('\r\n').length - 1),
  }));
}
