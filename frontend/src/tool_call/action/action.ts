import './action.css';
import { h } from '../../base/dom.ts';
import type { Action } from '../../protocol.ts';
import type { Body, ToolItem } from '../bodies/body.ts';
import { createApproval } from './approval.ts';
import { createConfirmation } from './confirmation.ts';
import { decided } from './decided.ts';
import { createQuestion } from './question.ts';
import type { ActionPanel, Resolve } from './sending.ts';

/** What a call waits for, to decide on, and afterwards what was decided. `isShown` tells whether the
 * arguments are to be seen there. */
export function createActionView(resolve: Resolve): Body<ToolItem> {
  const past = h('div', { class: 'action-past' });
  const present = h('div', {});
  const element = h('div', { class: 'action-place', hidden: true }, past, present);
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
      if (past.childElementCount === 0 || before?.earlier.length !== action.earlier.length) {
        past.replaceChildren(...action.earlier.flatMap((each) => decided(each, false)));
      }
      if (status === 'awaiting_approval' && action.resolution === null) {
        // An event repeats the action: what was begun to be written stays.
        if (panel !== null && before?.asked_at === action.asked_at) return;
        panel = createPanel(id, action, resolve);
        present.replaceChildren(panel.element);
        return;
      }
      // Later states of the call repeat the decision.
      if (panel === null && before?.resolution?.at === action.resolution?.at && before) return;
      const isNews = panel !== null && !panel.isAnswered;
      panel = null;
      present.replaceChildren(...decided(action, isNews));
      element.hidden = past.childElementCount + present.childElementCount === 0;
    },
  };
}

function createPanel(id: string, action: Action, resolve: Resolve): ActionPanel {
  if (action.kind === 'question') return createQuestion(id, action, resolve);
  return action.within
    ? createConfirmation(id, action, resolve)
    : createApproval(id, action, resolve);
}

/** Whether the call waits for the reader. */
export function isWaiting({ status, required_action: action }: ToolItem): boolean {
  return status === 'awaiting_approval' && action !== null && action.resolution === null;
}
