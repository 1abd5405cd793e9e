/** Widgets: `widgets/NAME.ts` draws what the function NAME gave. See widgets/README.md. */

import type { JsonValue } from '../protocol.ts';

export interface WidgetProps {
  readonly name: string;
  /** Parsed; undefined where the model sent something that is no JSON. */
  readonly arguments: unknown;
  /** What the function returned. */
  readonly output: JsonValue;
}

/** Throws where it cannot make sense of its props; the output is then shown as JSON. */
export type Widget = (props: WidgetProps) => HTMLElement;

export interface WidgetRegistry {
  has(name: string): boolean;
  /** The widget, at once where it was loaded before. Rejects where its file is broken. */
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

/** Each widget is a chunk of its own, fetched when first shown: a broken one breaks itself only. */
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
