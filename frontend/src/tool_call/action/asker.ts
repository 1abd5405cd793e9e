import { type Child, h } from '../../base/dom.ts';
import type { Action } from '../../protocol.ts';

/** Which MCP server asks, and what it is not to be told; nothing where this server asks. */
export function asker({ asker: name, url }: Action): Child {
  if (name === null) return null;
  const ask = url === null ? ' asks. Never write a password or a key here.' : ' asks.';
  return h(
    'p',
    { class: 'action__asker' },
    'The MCP server ',
    h('strong', { dir: 'auto' }, name),
    ask,
  );
}
