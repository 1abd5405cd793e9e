import { h } from '../../base/dom.ts';
import type { FunctionCall, McpCall } from '../../protocol.ts';
import { createJsonView } from '../json/view.ts';
import { type Body, section } from './body.ts';
import { createOutputView } from './output.ts';

/** Arguments as they arrive, then the output, for our functions and MCP tools. */
export function createFunctionBody(name: string): Body<FunctionCall | McpCall> {
  const argumentsView = createJsonView(`Arguments of ${name}`);
  const outputView = createOutputView(`Output of ${name}`);
  const argumentsSection = section('Arguments', argumentsView.element);
  const outputSection = section('Output', outputView.element);
  return {
    element: h('div', {}, argumentsSection, outputSection),
    update(item) {
      argumentsView.show(item.arguments);
      argumentsSection.hidden = item.arguments === '';
      // A function may return null; to an MCP call that means that there is nothing.
      const isFunction = item.type === 'function_call';
      const answered = item.output !== null || (isFunction && item.status === 'completed');
      outputSection.hidden = !answered;
      if (answered) outputView.show(item.output);
    },
  };
}
