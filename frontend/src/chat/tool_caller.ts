import type { Api } from '../server/api.ts';
import type { CallTool } from '../tool_call/widget_calls.ts';

/** Calls tools in the open chat, for widgets. */
export function createToolCaller(
  api: Pick<Api, 'callTool'>,
  threadId: () => string | null,
): CallTool {
  return async (name, args, allowed) => {
    const id = threadId();
    if (id === null) throw new Error('The chat is not stored yet. Try again in a moment.');
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
    const request = { name, arguments: args, allowed, timezone: timeZone };
    return (await api.callTool(id, { ...request, locale: navigator.language })).item ?? 'ask';
  };
}
