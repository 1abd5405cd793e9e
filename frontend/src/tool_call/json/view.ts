import { h, setText } from '../../base/dom.ts';
import { createJsonPrinter, type Piece, type PieceKind } from '../../base/json/printer.ts';
import { t } from '../../strings/calls.ts';

export interface JsonView {
  readonly element: HTMLPreElement;
  /** Shows this text, appending if it continues the last one. */
  show(text: string): void;
}

/** Longer text is printed without colours: one text node in place of thousands of spans. */
const COLOURED_CHARS = 40_000;
/** Of longer text the beginning is shown: a browser takes seconds to lay out more. */
const MAX_CHARS = 200_000;

/** Formatted JSON that grows with its text. `label` names it to a screen reader. */
export function createJsonView(label: string): JsonView {
  const code = h('code');
  const rest = h('span', { class: 'tool-json-rest' });
  const element = h('pre', { class: 'tool-json', tabindex: 0, role: 'group' }, code, rest);
  element.setAttribute('aria-label', label);
  let printer = createJsonPrinter();
  let shown = '';
  let open: { kind: PieceKind; text: Text } | null = null;

  const append = (piece: Piece): void => {
    const { kind } = piece;
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
      const visible = text.slice(0, MAX_CHARS);
      const pieces = printer.push(visible.slice(shown.length));
      if (text.length <= COLOURED_CHARS) for (const piece of pieces) append(piece);
      else append({ kind: 'punctuation', text: pieces.map((piece) => piece.text).join('') });
      const more = text.length - visible.length;
      setText(rest, more === 0 ? '' : `\n${t.moreCharacters(more)}`);
      shown = visible;
    },
  };
}
