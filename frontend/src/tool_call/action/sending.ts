import { h, setText } from '../../base/dom.ts';
import type { ActionResolve } from '../../protocol.ts';

/** What is decided on calls that wait. */
export type Decision = Omit<ActionResolve, 'type' | 'id'>;

/** Resolves to why the server refused the decision; null if it took it. */
export type Resolve = (decision: Decision) => Promise<string | null>;

export interface ActionPanel {
  readonly element: HTMLElement;
  /** Whether the reader has decided here, so that the decision is no news. */
  readonly isAnswered: boolean;
}

/** Sends decisions of one panel, which is locked meanwhile, and says why one was refused. */
export interface Sending {
  readonly problem: HTMLElement;
  readonly isAnswered: boolean;
  send(decision: Omit<Decision, 'item_ids'>): void;
}

export function createSending(
  itemId: string,
  panel: () => HTMLFieldSetElement,
  resolve: Resolve,
): Sending {
  const problem = h('p', { class: 'action__problem', role: 'alert' });
  let isAnswered = false;
  return {
    problem,
    get isAnswered() {
      return isAnswered;
    },
    send(decision) {
      const focused = document.activeElement;
      isAnswered = true;
      setText(problem, null);
      panel().disabled = true;
      void resolve({ ...decision, item_ids: [itemId] }).then((refusal) => {
        if (refusal === null) return;
        isAnswered = false;
        panel().disabled = false;
        setText(problem, refusal);
        if (focused instanceof HTMLElement) focused.focus();
      });
    },
  };
}
