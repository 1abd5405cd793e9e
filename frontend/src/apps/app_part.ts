/** Which calls have an app: all that a card needs to know before one is loaded. */

import type { AppPart, FunctionCall } from '../protocol.ts';

export function appOf({ outputs }: FunctionCall): AppPart | null {
  return outputs.find((part) => part.type === 'app') ?? null;
}

/** Whether an app shows the call while it is under way. */
export function hasOpenApp({ has_app, status }: FunctionCall): boolean {
  return has_app && (status === 'in_progress' || status === 'running');
}

/** Whether the app of a call could not be had: its output says why. */
export function lacksApp(call: FunctionCall): boolean {
  return call.has_app && call.status === 'completed' && appOf(call) === null;
}
