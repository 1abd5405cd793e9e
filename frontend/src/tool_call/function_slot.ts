import { h } from '../base/dom.ts';
import type { FunctionCall } from '../protocol.ts';
import type { WidgetActions, WidgetRegistry } from '../widgets/widget.ts';
import type { Body } from './bodies/body.ts';
import { createResults } from './bodies/results.ts';
import { filesOf, values } from './outputs.ts';
import { createWidgetSlot } from './widget_slot.ts';

/**
 * What is shown below the card of a function call: its widget, its pictures and files. `onShown` says
 * whether the output needs no other view.
 */
export function createFunctionSlot(
  name: string,
  registry: WidgetRegistry,
  actions: WidgetActions,
  onShown: (success: boolean) => void,
): Body<FunctionCall> {
  const results = createResults(name);
  const filesPlace = h('div', {}, results.element);
  let inWidget = false;
  const widget = createWidgetSlot(registry, actions, (shown) => {
    inWidget = shown.files;
    filesPlace.hidden ||= inWidget;
    onShown(shown.value);
  });
  let wasShown = false;
  return {
    element: h('div', { class: 'tool-slot' }, widget.element, filesPlace),
    update(item) {
      results.update(item);
      widget.update(item);
      const hasFiles = filesOf(item).length > 0;
      filesPlace.hidden = !hasFiles || inWidget;
      const isShown = hasFiles && values(item.outputs).length === 0;
      if (isShown && !wasShown) onShown(true);
      wasShown = isShown;
    },
    dispose: widget.dispose,
  };
}
