import type { Api } from '../server/api.ts';
import { t } from '../strings/chat.ts';
import type { CallTool } from '../tool_call/widget_calls.ts';

/** Calls tools in the open chat, for widgets. */
export function createToolCaller(
  api: Pick<Api, 'callTool'>,
  threadId: () => string | null,
): CallTool {
  return async (name, args, allowed) => {
    const id = threadId();
    if (id === null) throw new Error(t.notStored);
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
    const request = { name, arguments: args, allowed, timezone: timeZone };
    return (await api.callTool(id, { ...request, locale: navigator.language })).item ?? 'ask';
  };
}
