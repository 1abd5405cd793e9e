import { h, listen } from '../base/dom.ts';
import { t } from '../strings/setup_mcp.ts';
import { button } from '../ui/button.ts';
import { createField } from './field.ts';

export const MCP = 'mcp:';

export interface McpAdder {
  readonly element: HTMLElement;
}

/** Returns label and address of an MCP server that the upstream calls; null for other tools. */
export function mcpServer(tool: string): { label: string; url: string } | null {
  const [, label, url] = /^mcp:([^=]*)=(.*)$/.exec(tool) ?? [];
  return label === undefined || url === undefined ? null : { label, url };
}

/** Returns the name of an MCP server whose tools are called here; null for other tools. */
export function ownMcpServer(tool: string): string | null {
  return tool.startsWith(MCP) && mcpServer(tool) === null ? tool.slice(MCP.length) : null;
}

/** Two fields and a button that add an MCP server to the tools. */
export function createMcpAdder(onAdd: (tool: string) => void): McpAdder {
  const label = createField(
    'setup-mcp-label',
    t.hosted.label,
    h('input', { class: 'setup-input', autocomplete: 'off', maxlength: 64 }),
  );
  const url = createField(
    'setup-mcp-url',
    t.hosted.address,
    h('input', {
      class: 'setup-input setup-input--code',
      type: 'url',
      autocomplete: 'off',
      placeholder: 'https://…/mcp',
    }),
    t.hosted.addressHint,
  );
  const add = button(t.hosted.add);
  const element = h(
    'details',
    { class: 'setup-details' },
    h('summary', {}, t.hosted.summary),
    label.element,
    url.element,
    add,
  );
  listen(add, 'click', () => {
    const [name, address] = [label.input.value.trim(), url.input.value.trim()];
    const isName = /^[\w-]{1,64}$/.test(name);
    const isAddress = /^https?:\/\/[^\s@]+$/.test(address);
    label.setError(isName ? null : t.hosted.noLabel);
    url.setError(isAddress ? null : t.hosted.noAddress);
    if (!isName || !isAddress) {
      (isName ? url : label).input.focus();
      return;
    }
    onAdd(`${MCP}${name}=${address}`);
    label.input.value = '';
    url.input.value = '';
  });
  return { element };
}
