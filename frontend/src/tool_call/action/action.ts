import './action.css';
import { h } from '../../base/dom.ts';
import type { Action } from '../../protocol.ts';
import type { Body, ToolItem } from '../bodies/body.ts';
import { createApproval } from './approval.ts';
import { decided } from './decided.ts';
import { createQuestion } from './question.ts';
import type { ActionPanel, Resolve } from './sending.ts';

/** What a call waits for, to decide on, and afterwards what was decided. `isShown` tells whether the
 * arguments are to be seen there. */
export function createActionView(resolve: Resolve): Body<ToolItem> {
  const element = h('div', { class: 'action-place', hidden: true });
  let shown: Action | null = null;
  let panel: ActionPanel | null = null;

  return {
    element,
    update({ id, required_action: action, status }) {
      if (action === shown) return;
      const before = shown;
      shown = action;
      element.hidden = action === null;
      if (action === null) return;
      if (status === 'awaiting_approval' && action.resolution === null) {
        // An event repeats the action: what was begun to be written stays.
        if (panel !== null && before?.asked_at === action.asked_at) return;
        panel =
          action.kind === 'question'
            ? createQuestion(id, action, resolve)
            : createApproval(id, action, resolve);
        element.replaceChildren(panel.element);
        return;
      }
      // Later states of the call repeat the decision.
      if (panel === null && before?.resolution?.at === action.resolution?.at && before) return;
      const isNews = panel !== null && !panel.isAnswered;
      panel = null;
      element.replaceChildren(...decided(action, isNews));
      element.hidden = element.childElementCount === 0;
    },
  };
}

/** Whether the call waits for the reader. */
export function isWaiting({ status, required_action: action }: ToolItem): boolean {
  return status === 'awaiting_approval' && action !== null && action.resolution === null;
}
