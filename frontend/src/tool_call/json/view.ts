import { h } from '../../base/dom.ts';
import { createJsonPrinter, type Piece, type PieceKind } from '../../base/json/printer.ts';

export interface JsonView {
  readonly element: HTMLPreElement;
  /** Shows this text, appending if it continues the last one. */
  show(text: string): void;
}

/** Longer text is printed without colours: one text node in place of thousands of spans. */
const COLOURED_CHARS = 40_000;

/** Formatted JSON that grows with its text. `label` names it to a screen reader. */
export function createJsonView(label: string): JsonView {
  const code = h('code');
  const element = h('pre', { class: 'tool-json', tabindex: 0, role: 'group' }, code);
  element.setAttribute('aria-label', label);
  let printer = createJsonPrinter();
  let shown = '';
  let open: { kind: PieceKind; text: Text } | null = null;

  const append = (piece: Piece, coloured: boolean): void => {
    const kind = coloured ? piece.kind : 'punctuation';
    if (open?.kind === kind) {
      open.text.appendData(piece.text);
      return;
    }
    const text = document.createTextNode(piece.text);
    code.append(kind === 'punctuation' ? text : h('span', { class: `tool-json-${kind}` }, text));
    open = { kind, text };
  };

  return {
    element,
    show(text) {
      if (text === shown) return;
      if (!text.startsWith(shown)) {
        code.replaceChildren();
        printer = createJsonPrinter();
        open = null;
        shown = '';
      }
      const coloured = text.length <= COLOURED_CHARS;
      for (const piece of printer.push(text.slice(shown.length))) append(piece, coloured);
      shown = text;
    },
  };
}
