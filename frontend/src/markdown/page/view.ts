import type { Clock } from '../../base/time.ts';
import type { Block } from '../source/blocks.ts';
import type { Formulas } from './formulas.ts';
import type { Highlighter } from './highlighter.ts';

/** What the views of one message share. */
export interface PageContext {
  readonly clock: Clock;
  readonly highlighter: Highlighter;
  readonly formulas: Formulas;
  readonly looks: Looks;
  /** Renders a whole text of its own, which leaves the page with this message. */
  readonly markdown: (text: string) => HTMLElement;
  /** The code that is previewed, to be so again where the message is built anew. */
  readonly previewed: Set<string>;
  /** Aborted when the message leaves the page. */
  readonly signal: AbortSignal;
}

/** A block on the page. */
export interface BlockView {
  readonly element: HTMLElement;
  /** Shows the block's current state; false if this view cannot show it any more. */
  update(block: Block): boolean;
  /** No more text comes. */
  settle?(): void;
}

/** Creates the view of a block. Lists and quotations, which hold blocks, are given it. */
export type CreateBlock = (block: Block) => BlockView;

/** Code with its language and buttons: plain first, highlighted later. */
export interface CodeView {
  readonly element: HTMLElement;
  /** The space between the language and the buttons. */
  readonly bar: HTMLElement;
  addButton(button: HTMLElement): void;
  /** Shows something else in the place of the code; null shows the code. */
  cover(look: HTMLElement | null): void;
  /** Says something about the code. */
  note(text: string | null): void;
  /** Shows this code, appending if it continues the last one. `closed`: no more comes. */
  show(text: string, language: string, closed: boolean): void;
}

/** What else fenced code is shown as: drawn, or as the page that it makes. */
export interface Look {
  /** `isClosed`: no more comes. */
  update(text: string, isClosed: boolean): void;
  dispose(): void;
}

export type CreateLook = (language: string, view: CodeView, context: PageContext) => Look;

/** The looks by the language of code, each fetched for the first code that has it. */
export interface Looks {
  knows(language: string): boolean;
  /** Null if it cannot be loaded; code then stays code. */
  load(language: string): Promise<CreateLook | null>;
}
