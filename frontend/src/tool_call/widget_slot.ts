import { h } from '../base/dom.ts';
import type { FunctionCall } from '../protocol.ts';
import type { Widget, WidgetRegistry } from '../widgets/widget.ts';
import { parsed } from './label.ts';
import { widgetOutput } from './outputs.ts';

export interface WidgetSlot {
  readonly element: HTMLElement;
  /** Shows the widget of a completed call, if there is one. */
  update(item: FunctionCall): void;
}

/** The place of a function call's widget. `onShown` says whether the output needs no other view. */
export function createWidgetSlot(
  registry: WidgetRegistry,
  onShown: (success: boolean) => void,
): WidgetSlot {
  const element = h('div', { class: 'tool-widget', hidden: true, 'aria-live': 'off' });
  let shown: string | null = null;

  const fill = (content: HTMLElement | null): void => {
    element.replaceChildren(...(content === null ? [] : [content]));
    element.hidden = content === null;
  };
  const fail = (name: string, error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error);
    fill(
      h(
        'p',
        { class: 'tool-notice' },
        `The widget ${name} cannot show this output, so here it is as JSON. ${reason}`,
      ),
    );
    onShown(false);
  };
  const draw = (widget: Widget, item: FunctionCall): void => {
    try {
      fill(
        widget({ name: item.name, arguments: parsed(item.arguments), output: widgetOutput(item) }),
      );
    } catch (error) {
      fail(item.name, error);
      return;
    }
    onShown(true);
  };

  return {
    element,
    update(item) {
      if (!registry.has(item.name)) return;
      const wanted = item.status === 'completed' && item.error === null;
      const key = wanted ? `${item.arguments}\n${JSON.stringify(item.outputs)}` : null;
      if (key === shown) return;
      shown = key;
      if (key === null) {
        fill(null);
        return;
      }
      const widget = registry.load(item.name);
      if (typeof widget === 'function') {
        draw(widget, item);
        return;
      }
      const stillWanted = () => shown === key;
      widget.then(
        (ready) => stillWanted() && draw(ready, item),
        (error: unknown) => stillWanted() && fail(item.name, error),
      );
    },
  };
}
