/** Loaded lazily, because it imports KaTeX. */

import katex from 'katex';
import { copySource } from './copy_source.ts';
import { mathElement, REFUSED_COLOR, type TreeNode } from './mathml.ts';

/** KaTeX, and its tree before it is written as HTML, which this page does not read. */
const { __renderToDomTree: treeOf } = katex as unknown as {
  __renderToDomTree(tex: string, options: object): TreeNode;
};

/** A formula that makes its own macros can grow with each of them … */
const OWN_MACROS =
  /\\(?:[egx]?def|let|futurelet|global|long|(?:re|provide)?newcommand|providecommand)\b/;
/** … so fewer are expanded. */
const MAX_OWN = 50;
const MAX_EXPANDED = 1_000;
/** In em. */
const MAX_SIZE = 20;

document.addEventListener('copy', copySource);

/** Typesets TeX as MathML. Throws an error whose message says what is wrong with it. */
export function renderFormula(tex: string, display: boolean): Element {
  return mathElement(
    treeOf(tex, {
      output: 'mathml',
      displayMode: display,
      throwOnError: true,
      strict: 'ignore',
      trust: false,
      errorColor: REFUSED_COLOR,
      maxSize: MAX_SIZE,
      maxExpand: OWN_MACROS.test(tex) ? MAX_OWN : MAX_EXPANDED,
      macros: {},
    }),
  );
}
