import { h } from '../dom.ts';
import { BlockStream } from './blocks.ts';
import { bindCopy, type CopyText, copyToClipboard } from './copy.ts';
import { createFlusher } from './flush.ts';
import { createHighlighter, type Highlighter } from './highlighter.ts';
import type { Lex } from './lexer.ts';
import { browserScheduler, type Scheduler } from './scheduler.ts';
import { createSequence, type Sequence } from './sequence.ts';

/** Markdown on the page, complete or still arriving. */
export interface MarkdownView {
  readonly element: HTMLElement;
  /** More text; shown before one of the next paints. */
  append(delta: string): void;
  /** This text instead. Where it only goes on from the text so far, as cheap as `append`. */
  set(text: string): void;
  /** All text is there: shows it at once, and right in every detail. Text that comes nevertheless
   * opens the view again. */
  finish(): void;
  /** Stops timers and listeners; the element stays as it is. */
  dispose(): void;
}

export interface MarkdownOptions {
  readonly scheduler?: Scheduler;
  readonly highlighter?: Highlighter;
  readonly copy?: CopyText;
  readonly lex?: Lex;
  /** The level of the first heading, 3 unless told: a message stands under a heading of level 2. */
  readonly headingLevel?: number;
}

const sharedHighlighter = createHighlighter();

/** Elements and text nodes only: no markup in the text can become anything else. */
export function createMarkdown(options: MarkdownOptions = {}): MarkdownView {
  const scheduler = options.scheduler ?? browserScheduler;
  const element = h('div', { class: 'md' });
  const disposal = new AbortController();
  const context = {
    scheduler,
    highlighter: options.highlighter ?? sharedHighlighter,
    signal: disposal.signal,
  };
  const unbindCopy = bindCopy(element, options.copy ?? copyToClipboard, scheduler);

  let text = '';
  /** The end of the text that is not on the page yet. */
  let pending = '';
  let open: Open | null = null;

  const flush = (): Open => {
    if (open === null) {
      element.replaceChildren();
      open = {
        stream: new BlockStream(options.headingLevel, options.lex),
        sequence: createSequence(element, context),
      };
      pending = text;
    }
    const { from, blocks } = open.stream.append(pending);
    pending = '';
    open.sequence.update(blocks, from);
    return open;
  };
  const flusher = createFlusher(scheduler, flush);

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
    finish() {
      flusher.cancel();
      if (text === '') element.replaceChildren();
      if (open === null && pending === '') return;
      const { stream, sequence } = flush();
      const change = stream.finish();
      if (change !== null) sequence.update(change.blocks, change.from);
      sequence.settle();
      // A finished message is kept as elements only: a thread may have a thousand of them.
      open = null;
    },
    dispose() {
      flusher.cancel();
      unbindCopy();
      disposal.abort();
    },
  };
}

interface Open {
  readonly stream: BlockStream;
  readonly sequence: Sequence;
}
