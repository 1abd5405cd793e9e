import type { Item, McpCall } from '../protocol.ts';

/** A turn in which a call that was allowed, and the same call as the upstream then made it, are one:
 * in the place of the first, with its decision and the output of the second. */
export function withAllowedCalls(turn: readonly Item[]): readonly Placed[] {
  const made = new Map<Item, McpCall>();
  const taken = new Set<Item>();
  turn.forEach((asked, place) => {
    if (!isAllowed(asked)) return;
    const call = turn
      .slice(place + 1)
      .filter((item): item is McpCall => item.type === 'mcp_call' && !taken.has(item))
      .find((item) => item.required_action === null && isSame(asked, item));
    if (call === undefined) return;
    made.set(asked, call);
    taken.add(call);
  });
  if (taken.size === 0) return turn.map((item) => ({ key: item.id, item }));
  return turn
    .filter((item) => !taken.has(item))
    .map((item) => {
      const call = made.get(item);
      if (call === undefined || item.type !== 'mcp_call') return { key: item.id, item };
      return { key: item.id, item: { ...call, required_action: item.required_action } };
    });
}

export interface Placed {
  /** Of the item that was there first. */
  readonly key: string;
  readonly item: Item;
}

function isAllowed(item: Item): item is McpCall {
  if (item.type !== 'mcp_call' || item.output !== null) return false;
  return item.required_action?.resolution?.decision === 'allow';
}

/** The arguments of a call may still be arriving. */
function isSame(asked: McpCall, call: McpCall): boolean {
  return (
    call.server_label === asked.server_label &&
    call.name === asked.name &&
    asked.arguments.startsWith(call.arguments)
  );
}
