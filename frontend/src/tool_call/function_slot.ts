import { h } from '../base/dom.ts';
import type { FunctionCall } from '../protocol.ts';
import type { WidgetRegistry } from '../widgets/widget.ts';
import type { Body } from './bodies/body.ts';
import { createResults } from './bodies/results.ts';
import { values } from './outputs.ts';
import { createWidgetSlot } from './widget_slot.ts';

/**
 * What is shown below the card of a function call: its widget, its pictures and files. `onShown` says
 * whether the output needs no other view.
 */
export function createFunctionSlot(
  name: string,
  registry: WidgetRegistry,
  onShown: (success: boolean) => void,
): Body<FunctionCall> {
  const widget = createWidgetSlot(registry, onShown);
  const results = createResults(name);
  let wasShown = false;
  return {
    element: h('div', { class: 'tool-slot' }, widget.element, results.element),
    update(item) {
      widget.update(item);
      results.update(item);
      const isShown = item.outputs.length > 0 && values(item.outputs).length === 0;
      if (isShown && !wasShown) onShown(true);
      wasShown = isShown;
    },
  };
}
