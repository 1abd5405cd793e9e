import { h, listen } from '../base/dom.ts';
import type { McpServerInfo, McpToolInfo } from '../protocol.ts';
import { t } from '../strings/setup_mcp.ts';

export interface McpTools {
  readonly element: HTMLElement;
  update(server: McpServerInfo): void;
}

/** The tools of a server, each with a switch. They are shown once somebody asks for them: there may
 * be a thousand. `turn` returns whether the choice was taken. */
export function createMcpTools(
  turn: (tool: McpToolInfo, enabled: boolean) => Promise<boolean>,
): McpTools {
  const summary = h('summary', {});
  const list = h('ul', { class: 'mcp-server__tools' });
  const leftOut = h('ul', { class: 'mcp-server__left-out' });
  const leftOutSummary = h('summary', {});
  const others = h('details', {}, leftOutSummary, leftOut);
  const listed = h('details', {}, summary, list);
  const element = h('div', { class: 'mcp-server__listed' }, listed, others);
  let tools: readonly McpToolInfo[] = [];
  let shown = '';

  const row = (tool: McpToolInfo): HTMLElement => {
    const id = `mcp-tool-${tool.called}`;
    const input = h('input', {
      type: 'checkbox',
      checked: tool.enabled,
      'aria-describedby': id,
    });
    listen(input, 'change', async () => {
      const wanted = input.checked;
      if (!(await turn(tool, wanted)) && input.checked === wanted) input.checked = !wanted;
    });
    const { description } = tool;
    const hint = tool.approval === 'ask' ? t.listed.asks(description) : description;
    return h(
      'li',
      { class: 'mcp-tool' },
      h('label', { class: 'setup-check' }, input, h('code', {}, tool.name)),
      h('p', { class: 'setup-hint', id, dir: 'auto' }, hint),
    );
  };
  const draw = (): void => {
    const next = JSON.stringify(tools);
    if (!listed.open || next === shown) return;
    const focused = [...list.children].findIndex((each) => each.contains(document.activeElement));
    shown = next;
    list.replaceChildren(...tools.map(row));
    list.children[focused]?.querySelector('input')?.focus();
  };
  listen(listed, 'toggle', draw);

  return {
    element,
    update(server) {
      tools = server.tools;
      listed.hidden = tools.length === 0;
      const off = tools.filter((tool) => !tool.enabled).length;
      const count = t.tools(tools.length);
      summary.textContent = off > 0 ? t.listed.off(count, off) : count;
      draw();
      others.hidden = server.left_out.length === 0;
      leftOutSummary.textContent = t.listed.leftOut(server.left_out.length);
      leftOut.replaceChildren(
        ...server.left_out.map(({ name, reason }) =>
          h('li', { class: 'setup-hint', dir: 'auto' }, h('code', {}, name), ` ${reason}`),
        ),
      );
      element.hidden = listed.hidden && others.hidden;
    },
  };
}
