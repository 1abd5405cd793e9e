import { h } from '../base/dom.ts';
import type { FunctionInfo, FunctionProblemInfo, SetupState } from '../protocol.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/setup_assistants.ts';
import { BUILT_IN } from '../tools/built_in.ts';
import { functionIcon } from '../ui/icon.ts';
import { createNotes } from './field.ts';
import { createMcpAdder, mcpServer, ownMcpServer } from './mcp_adder.ts';

export interface ToolChoice {
  readonly element: HTMLElement;
  /** Returns the ticked tools, in the server's order. */
  checked(): string[];
  check(tools: readonly string[]): void;
  /** Shows a box for each tool of this server; `given` are those that the assistant has. Boxes that stay keep their ticks. */
  offer(state: SetupState, given: readonly string[]): void;
  setError(message: string | null): void;
  focus(): void;
}

const FUNCTION = 'function:';

export function createToolChoice(): ToolChoice {
  const boxes = new Map<
    string,
    { row: HTMLElement; input: HTMLInputElement; said: HTMLElement; text: HTMLElement }
  >();
  const rows = h('div', { class: 'setup-choices' });
  const problems = h('ul', { class: 'setup-error', hidden: true });
  const notes = createNotes('setup-tools');
  const adder = createMcpAdder((tool) => {
    const { row, input, text } = boxes.get(tool) ?? addBox(tool);
    text.textContent = mcpServer(tool)?.url ?? '';
    rows.append(row);
    // A click, so that the form sees the change.
    if (!input.checked) input.click();
    input.focus();
  });
  const element = h(
    'fieldset',
    { class: 'setup-group', 'aria-describedby': notes.ids },
    h('legend', { class: 'setup-label' }, common.tools),
    rows,
    problems,
    adder.element,
    notes.element,
  );

  const addBox = (tool: string) => {
    const id = `setup-tool-${boxes.size}`;
    const isFunction = tool.startsWith(FUNCTION);
    const title = isFunction
      ? tool.slice(FUNCTION.length)
      : (BUILT_IN[tool]?.title ?? mcpServer(tool)?.label ?? ownMcpServer(tool) ?? tool);
    const input = h('input', { type: 'checkbox', value: tool, 'aria-describedby': id });
    const said = h('span', {});
    const text = h('p', { class: 'setup-hint', id });
    const row = h(
      'div',
      { class: 'setup-choice' },
      h('label', { class: 'setup-check' }, input, said, isFunction ? h('code', {}, title) : title),
      text,
    );
    const box = { row, input, said, text };
    boxes.set(tool, box);
    return box;
  };

  return {
    element,
    checked: () => [...boxes].filter(([, { input }]) => input.checked).map(([tool]) => tool),
    check(tools) {
      for (const [tool, { input }] of boxes) input.checked = tools.includes(tool);
    },
    offer(state, given) {
      const takesMcp = state.hosted_tools.includes('mcp');
      adder.element.hidden = !takesMcp;
      for (const [tool, { row, input }] of boxes) {
        // One that was just added is not saved yet.
        const isNew = takesMcp && input.checked && mcpServer(tool) !== null;
        if (state.tools.includes(tool) || isNew) continue;
        row.remove();
        boxes.delete(tool);
      }
      for (const tool of state.tools) {
        const { row, said, text } = boxes.get(tool) ?? addBox(tool);
        const { title = null, icon = null } = functionOf(tool, state) ?? {};
        said.replaceChildren(...(icon === null ? [] : [functionIcon(icon), ' ']), title ?? '');
        said.hidden = icon === null && title === null;
        text.textContent = describe(tool, state);
        if (row.parentNode !== rows) rows.append(row);
      }
      problems.replaceChildren(...state.function_problems.map(problemOf));
      problems.hidden = state.function_problems.length === 0;
      const gone = given.filter((tool) => !state.tools.includes(tool));
      notes.setHint(gone.length > 0 && t.tools.gone(gone.join(', ')));
    },
    setError: notes.setError,
    focus: () => rows.querySelector('input')?.focus(),
  };
}

function functionOf(tool: string, { functions }: SetupState): FunctionInfo | undefined {
  return functions.find(({ name }) => FUNCTION + name === tool);
}

function describe(tool: string, state: SetupState): string {
  if (ownMcpServer(tool) !== null) return t.tools.ofServer;
  if (!tool.startsWith(FUNCTION)) return BUILT_IN[tool]?.text ?? mcpServer(tool)?.url ?? '';
  const description = functionOf(tool, state)?.description ?? '';
  // The first paragraph is for people too; the rest is for models.
  return description.split(/\n\s*\n/)[0] ?? '';
}

function problemOf({ source, error }: FunctionProblemInfo): HTMLElement {
  return h('li', {}, ...t.tools.leftOut(h('code', {}, source), error));
}

/** Returns a note that the assistant lacks a tool; empty if it has it, or if there is no assistant.
 * */
export function missingTool({ assistant }: SetupState, tool: string): string {
  if (assistant === null || assistant.tools.includes(tool)) return '';
  return t.tools.missing(BUILT_IN[tool]?.title ?? tool);
}
