/** More marks than any script puts on one letter: with them the letter reaches into other lines. */
const STACK = /[^\p{M}\s]?\p{M}{5,}/gu;

/** Whether a text holds a letter with a stack of marks. */
export function hasStack(text: string): boolean {
  return text.search(STACK) !== -1;
}

/** Returns the nodes of a text. A letter with a stack of combining marks is cut at its line, and
 * copied as it is. */
export function textNodes(text: string): Node[] {
  const nodes: Node[] = [];
  let end = 0;
  for (const { 0: stack, index } of text.matchAll(STACK)) {
    if (index > end) nodes.push(new Text(text.slice(end, index)));
    const box = document.createElement('span');
    box.className = 'stack';
    box.textContent = stack;
    nodes.push(box);
    end = index + stack.length;
  }
  if (end < text.length || nodes.length === 0) nodes.push(new Text(text.slice(end)));
  return nodes;
}
