import { h, listen, setText } from '../base/dom.ts';
import type { McpServerInfo } from '../protocol.ts';
import { t } from '../strings/setup_mcp.ts';

export interface McpPlace {
  readonly element: HTMLElement;
  /** `host` is the upstream in use, if it can call the tools of servers itself. */
  update(server: McpServerInfo, host: string | null): void;
}

/** Who calls the tools of a server with an address: this server, or the upstream. `place` returns
 * whether the choice was taken. */
export function createMcpPlace(
  name: string,
  place: (there: boolean, host: string) => Promise<boolean>,
): McpPlace {
  const id = `mcp-place-${encodeURIComponent(name)}`;
  const input = h('input', { type: 'checkbox', 'aria-describedby': id });
  const label = h('span', {});
  const hint = h('p', { class: 'setup-hint', id });
  const element = h('div', {}, h('label', { class: 'setup-check' }, input, label), hint);
  let at = '';
  listen(input, 'change', async () => {
    const wanted = input.checked;
    if (!(await place(wanted, at)) && input.checked === wanted) input.checked = !wanted;
  });
  return {
    element,
    update({ kind, hosted_by: by }, host) {
      element.hidden = kind !== 'http' || (host === null && by === null);
      at = hostOf(by ?? host ?? '');
      input.checked = by !== null;
      setText(label, t.place.label(at));
      const isElsewhere = by !== null && by !== host;
      setText(hint, isElsewhere ? t.place.elsewhere(at, name) : t.place.there(name));
    },
  };
}

function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : origin;
}
