import './math.css';
import { h } from '../../base/dom.ts';
import { t } from '../../strings/reading.ts';
import { ownMarks } from '../source/marks.ts';
import type { MathToken } from '../source/math.ts';
import { markNode } from './mark.ts';
import type { BlockView, PageContext } from './view.ts';

/**
 * A formula: its source until it is typeset, and for good where that fails. What is copied is always
 * the source (`copy_source.ts`).
 *
 *     span.md-math
 *       math
 *       span.md-math-source
 */
export function mathNode(token: MathToken, { formulas, signal }: PageContext): HTMLElement {
  const { raw, text, display } = token;
  const source = raw.trim();
  const element = h(
    'span',
    display
      ? { class: 'md-math md-math--display', role: 'group', 'aria-label': t.formula, tabindex: 0 }
      : { class: 'md-math' },
    source,
  );
  element.dir = 'ltr';
  formulas.request(signal, (render) => {
    try {
      const math = render(text, display);
      const copied = h('span', { class: 'md-math-source' }, source);
      element.replaceChildren(math, copied);
    } catch (error) {
      element.classList.add('md-math--wrong');
      element.title = error instanceof Error ? error.message : String(error);
    }
  });
  return element;
}

export function createMathBlock(context: PageContext): BlockView {
  const element = h('div', { class: 'md-math-block' });
  return {
    element,
    update(block) {
      if (block.type !== 'math') return false;
      const { raw, closed } = block;
      element.classList.toggle('md-plain', !closed);
      const shown = closed ? mathNode(block, context) : raw.trimEnd();
      element.replaceChildren(shown, ...ownMarks(block).map(markNode));
      return true;
    },
  };
}
