import { h } from '../base/dom.ts';
import { parsePartial } from '../base/json/partial.ts';
import { parseJson } from '../base/json/source.ts';
import type { FunctionCall } from '../protocol.ts';
import { t } from '../strings/calls.ts';
import type { Preview, Widget, WidgetActions, WidgetRegistry } from '../widgets/widget.ts';
import { isOpen } from './label.ts';
import { filesOf, widgetOutput } from './outputs.ts';

export interface WidgetSlot {
  readonly element: HTMLElement;
  /** Shows what the widget makes of the call, if there is one. */
  update(item: FunctionCall): void;
  dispose(): void;
}

/** Arguments beyond this are not parsed again with every piece that arrives. */
const PREVIEW_CHARS = 20_000;

/** What of an output is shown by its widget. */
export interface Shown {
  /** No other view of its value is needed. */
  readonly value: boolean;
  /** Nor of its files. */
  readonly files: boolean;
}

/** The place of a function call's widget. */
export function createWidgetSlot(
  registry: WidgetRegistry,
  actions: WidgetActions,
  onShown: (shown: Shown) => void,
): WidgetSlot {
  const element = h('div', { class: 'tool-widget', hidden: true, 'aria-live': 'off' });
  /** Null until it is asked for. An error is what came in its place. */
  let widget: Widget | Error | 'loading' | null = null;
  let preview: Preview | null = null;
  let latest: FunctionCall;
  let shown: string | null = null;

  const fill = (content: HTMLElement | null): void => {
    preview?.dispose?.();
    preview = null;
    element.replaceChildren(...(content === null ? [] : [content]));
    element.hidden = content === null;
  };
  const fail = (error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error);
    const name = widgetName(registry, latest);
    fill(h('p', { class: 'tool-notice' }, t.widget.cannotShow(name, reason)));
    onShown({ value: false, files: false });
  };

  const showPreview = (ready: Widget): void => {
    const { name, progress } = latest;
    if (ready.preview === null || latest.arguments.length > PREVIEW_CHARS) return;
    const props = { name, progress, arguments: parsePartial(latest.arguments) };
    try {
      if (preview !== null) {
        preview.update(props);
        return;
      }
      const view = ready.preview(props);
      fill(view.element);
      preview = view;
    } catch {
      // There is nothing to show yet. An output may do better.
      fill(null);
    }
  };
  const showOutput = (ready: Widget | Error): void => {
    const key = `${latest.arguments}\n${JSON.stringify(latest.outputs)}`;
    if (key === shown) return;
    shown = key;
    if (ready instanceof Error) {
      fail(ready);
      return;
    }
    try {
      fill(
        ready.show({
          name: latest.name,
          arguments: parseJson(latest.arguments),
          output: widgetOutput(latest),
          files: filesOf(latest),
          actions,
        }),
      );
    } catch (error) {
      fail(error);
      return;
    }
    onShown({ value: true, files: ready.showsFiles });
  };

  const load = (name: string): void => {
    const found = registry.load(name);
    if (!(found instanceof Promise)) {
      widget = found;
      return;
    }
    widget = 'loading';
    found.then(
      (ready) => {
        widget = ready;
        show();
      },
      (error: unknown) => {
        widget = error instanceof Error ? error : new Error(String(error));
        show();
      },
    );
  };

  const show = (): void => {
    const isDone = latest.status === 'completed' && latest.error === null;
    const name = widgetName(registry, latest);
    if (name === null || !(isDone || isOpen(latest.status))) {
      shown = null;
      fill(null);
      return;
    }
    if (widget === null) load(name);
    if (widget === 'loading' || widget === null) return;
    if (isDone) showOutput(widget);
    else if (!(widget instanceof Error)) showPreview(widget);
  };

  return {
    element,
    update(item) {
      latest = item;
      show();
    },
    dispose: () => preview?.dispose?.(),
  };
}

/** The widget that the function asks for, else the one that is called like it. */
function widgetName(registry: WidgetRegistry, { widget, name }: FunctionCall): string | null {
  if (widget !== null && registry.has(widget)) return widget;
  return registry.has(name) ? name : null;
}
