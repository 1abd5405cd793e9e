import { h } from '../../base/dom.ts';
import type { JsonValue } from '../../protocol.ts';
import { createJsonView } from '../json/view.ts';
import { createTextView } from './text.ts';

export interface OutputView {
  readonly element: HTMLElement;
  show(output: JsonValue): void;
}

/** A tool's output: text as text; everything else, and JSON in text, as formatted JSON. */
export function createOutputView(label: string): OutputView {
  const element = h('div');
  let shown: JsonValue | undefined;
  return {
    element,
    show(output) {
      if (output === shown) return;
      shown = output;
      const json = jsonText(output);
      const view = json === null ? createTextView(label, 'tool-text') : createJsonView(label);
      view.show(json ?? String(output));
      element.replaceChildren(view.element);
    },
  };
}

/** Returns null for plain text. Text that is JSON keeps its spelling. */
function jsonText(output: JsonValue): string | null {
  if (typeof output !== 'string') return JSON.stringify(output);
  if (!/^\s*[[{]/.test(output)) return null;
  try {
    JSON.parse(output);
    return output;
  } catch {
    return null;
  }
}
