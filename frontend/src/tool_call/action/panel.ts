import './panel.css';
import type { Action } from '../../protocol.ts';
import { createApproval } from './approval.ts';
import { createConfirmation } from './confirmation.ts';
import { createQuestion } from './question.ts';
import type { ActionPanel, Resolve } from './sending.ts';

/** What a call waits for, to decide on. */
export function createPanel(id: string, action: Action, resolve: Resolve): ActionPanel {
  if (action.kind === 'question') return createQuestion(id, action, resolve);
  return action.within
    ? createConfirmation(id, action, resolve)
    : createApproval(id, action, resolve);
}
