import type { Updatable } from '../base/dom.ts';
import type { ToolBodySlot } from '../tool_call/tool_call.ts';
import type { AnswerEndActions } from './answer_end.ts';
import type { AnswerEndEntry } from './entries.ts';
import type { WelcomeView } from './welcome.ts';

/** The parts of a chat that may be another's. What is left out is as it comes. */
export interface ChatSlots {
  /**
   * Draws the start screen, which stands above the composer until something was said. `ask` sends a
   * message as the reader; `update` tells whom the reader is about to talk to, with the greeting and
   * the suggestions of `/setup`. It begins with a heading of level 2: the page's own `h1` is hidden.
   */
  startScreen?(ask: (message: string) => void): WelcomeView;
  /** Draws what unfolds in the card of a tool call; null leaves that call to us. */
  readonly toolBody?: ToolBodySlot;
  /**
   * Draws what stands below an answer, from its first word on: how its run ended, with a way to try
   * again where it failed, the arrows of its branches, and the buttons. `createAnswerEnd` of
   * `chat/answer_end.ts` is ours, for a row that only adds to it. `update` is called with every change.
   * The key that copies the last answer presses the button of the class `answer-end__copy`.
   */
  answerRow?(first: AnswerEndEntry, actions: AnswerEndActions): Updatable<AnswerEndEntry>;
}
