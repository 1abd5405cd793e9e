/** Widgets: `widgets/NAME.ts` shows the output of a function. See widgets/README.md. */

import type { View } from '../base/dom.ts';
import type { FilePart, ImagePart, JsonValue, Progress } from '../protocol.ts';
import { t } from '../strings/calls.ts';

/** What a widget may do to the chat around it. */
export interface WidgetActions {
  /** Sends a message as the reader. */
  send(text: string): void;
  /** Puts a text into the composer, for the reader to change and send. */
  fill(text: string): void;
  /** Opens a link: one of this page's own views here, any other safe one in its own tab. */
  open(address: string): void;
  /** Calls a function as the reader, who is asked first where the function asks. Its output comes
   * back here and is no part of the chat: `send` a message for the assistant to hear of it. Rejects
   * with a sentence where there is no output. */
  call(name: string, args: Readonly<Record<string, JsonValue>>): Promise<WidgetCall>;
}

/** What a function returned to a widget. */
export interface WidgetCall {
  readonly output: JsonValue;
  readonly files: readonly (ImagePart | FilePart)[];
}

export interface WidgetProps {
  /** The function's. */
  readonly name: string;
  /** Parsed; undefined if the model sent something other than JSON. */
  readonly arguments: unknown;
  /** The function's return value. */
  readonly output: JsonValue;
  /** The pictures and files that it returned. */
  readonly files: readonly (ImagePart | FilePart)[];
  readonly actions: WidgetActions;
}

/** A call that has no output yet. */
export interface PreviewProps {
  readonly name: string;
  /** Parsed as far as they have arrived; undefined before that. */
  readonly arguments: unknown;
  /** What the function last said of how far it is. */
  readonly progress: Progress | null;
}

export interface Preview extends View {
  update(props: PreviewProps): void;
}

/** A module in this folder. Whatever it throws, the output is shown as JSON. */
export interface Widget {
  /** Shows an output. */
  show(props: WidgetProps): HTMLElement;
  /** Shows a call while its arguments arrive and while it runs. */
  readonly preview: ((props: PreviewProps) => Preview) | null;
  /** Whether it shows the files of the output, which are listed below it otherwise. */
  readonly showsFiles: boolean;
}

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
      if (load === undefined) return Promise.reject(new Error(t.widget.noSuch(name)));
      return load().then((module) => {
        const widget = widgetOf(module, name);
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

/** A module is foreign: its exports are whatever its author wrote. */
function widgetOf(module: unknown, name: string): Widget {
  const { default: show, preview, showsFiles } = Object(module);
  if (typeof show !== 'function') throw new Error(t.widget.noDefault(name));
  return {
    show(props) {
      const element: unknown = show(props);
      if (!(element instanceof HTMLElement)) {
        throw new Error(t.widget.noElement(name));
      }
      return element;
    },
    preview: typeof preview === 'function' ? (props) => preview(props) : null,
    showsFiles: showsFiles === true,
  };
}
