import { h } from '../../base/dom.ts';
import type { FunctionCall, JsonValue, McpCall } from '../../protocol.ts';
import { t } from '../../strings/calls.ts';
import { createJsonView } from '../json/view.ts';
import { values, widgetOutput } from '../outputs.ts';
import { type Body, section } from './body.ts';
import { createOutputView } from './output.ts';

/** Arguments as they arrive, then the output, for our functions and MCP tools. */
export function createFunctionBody(name: string): Body<FunctionCall | McpCall> {
  const argumentsView = createJsonView(t.argumentsOf(name));
  const outputView = createOutputView(t.outputOf(name));
  const argumentsSection = section(t.arguments, argumentsView.element);
  const outputSection = section(t.output, outputView.element);
  return {
    element: h('div', {}, argumentsSection, outputSection),
    update(item) {
      argumentsView.show(item.arguments);
      argumentsSection.hidden = item.arguments === '';
      const output = outputOf(item);
      outputSection.hidden = output === undefined;
      if (output !== undefined) outputView.show(output);
    },
  };
}

/** Returns undefined where there is nothing to show as text. */
function outputOf(item: FunctionCall | McpCall): JsonValue | undefined {
  if (item.type === 'function_call') {
    return values(item.outputs).length > 0 ? widgetOutput(item) : undefined;
  }
  return item.output ?? undefined;
}
