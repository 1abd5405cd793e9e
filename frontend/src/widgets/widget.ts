/** Widgets: `widgets/NAME.ts` shows the output of the function NAME. See widgets/README.md. */

import type { JsonValue } from '../protocol.ts';

export interface WidgetProps {
  readonly name: string;
  /** Parsed; undefined if the model sent something other than JSON. */
  readonly arguments: unknown;
  /** The function's return value. */
  readonly output: JsonValue;
}

/** Throws if it cannot make sense of its props. The output is then shown as JSON. */
export type Widget = (props: WidgetProps) => HTMLElement;

export interface WidgetRegistry {
  has(name: string): boolean;
  /** Returns the widget, synchronously if it is loaded. Rejects if its file is broken. */
  load(name: string): Widget | Promise<Widget>;
}

export type WidgetModules = Readonly<Record<string, () => Promise<unknown>>>;

/** `modules` maps `./widgets/NAME.ts` to its import. */
export function createWidgetRegistry(modules: WidgetModules): WidgetRegistry {
  const loaders = new Map(
    Object.entries(modules).map(([path, load]) => [fileName(path), load] as const),
  );
  const loaded = new Map<string, Widget>();
  return {
    has: (name) => loaders.has(name),
    load(name) {
      const ready = loaded.get(name);
      if (ready !== undefined) return ready;
      const load = loaders.get(name);
      if (load === undefined) return Promise.reject(new Error(`There is no widget ${name}.`));
      return load().then((module) => {
        const widget = defaultExport(module, name);
        loaded.set(name, widget);
        return widget;
      });
    },
  };
}

/** Each widget is its own chunk, fetched when it is first shown, so a broken one breaks nothing
 * else. */
export const widgets = createWidgetRegistry(import.meta.glob(['./*.ts', '!./widget.ts']));

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.ts$/, '');
}

function defaultExport(module: unknown, name: string): Widget {
  const widget =
    typeof module === 'object' && module !== null && 'default' in module ? module.default : null;
  if (typeof widget !== 'function') throw new Error(`widgets/${name}.ts has no default export.`);
  return (props) => {
    const element: unknown = widget(props);
    if (!(element instanceof HTMLElement)) {
      throw new Error(`The widget ${name} returned something other than an element.`);
    }
    return element;
  };
}
