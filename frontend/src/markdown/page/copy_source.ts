/** Copies formulas as they were written: what is selected of them is a picture made of letters. */

/** The class of a page whose formulas show their source, for as long as it is read. */
const COPYING = 'md-copying';
const FORMULA = '.md-math:has(> math)';

export function copySource(event: ClipboardEvent): void {
  const selection = document.getSelection();
  if (!selection || selection.rangeCount === 0 || event.clipboardData === null) return;
  if (event.target instanceof Element && event.target.closest('input, textarea') !== null) return;
  const range = selection.getRangeAt(0);
  const formulas = [...document.querySelectorAll(FORMULA)];
  if (!formulas.some((formula) => range.intersectsNode(formula))) return;
  const first = formulaOf(range.startContainer);
  const last = formulaOf(range.endContainer);
  if (first !== null) range.setStartBefore(first);
  if (last !== null) range.setEndAfter(last);

  const page = document.documentElement;
  page.classList.add(COPYING);
  event.clipboardData.setData('text/plain', selection.toString());
  page.classList.remove(COPYING);
  event.clipboardData.setData('text/html', markupOf(range));
  event.preventDefault();
}

function formulaOf(node: Node): Element | null {
  const element = node instanceof Element ? node : node.parentElement;
  return element?.closest(FORMULA) ?? null;
}

function markupOf(range: Range): string {
  const copy = document.createElement('div');
  copy.append(range.cloneContents());
  for (const formula of copy.querySelectorAll(FORMULA)) {
    formula.replaceWith(formula.querySelector('.md-math-source')?.textContent ?? '');
  }
  return new XMLSerializer().serializeToString(copy);
}
