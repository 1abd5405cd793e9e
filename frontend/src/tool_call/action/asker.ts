import { type Child, h } from '../../base/dom.ts';
import type { Action } from '../../protocol.ts';
import { t } from '../../strings/approvals.ts';

/** Which MCP server asks, and what it is not to be told; nothing where this server asks. */
export function asker({ asker: name, url }: Action): Child {
  if (name === null) return null;
  const server = h('strong', { dir: 'auto' }, name);
  return h('p', { class: 'action__asker' }, ...t.asked.server(server, url === null));
}
