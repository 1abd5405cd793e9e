import './drop.css';
import { h, listen } from '../base/dom.ts';
import { common } from '../strings/common.ts';

/** Takes files dropped anywhere on `target`. The element shows while files hover over it. */
export function createDrop(
  target: HTMLElement,
  onFiles: (files: readonly File[]) => void,
): HTMLElement {
  const element = h(
    'div',
    { class: 'drop', hidden: true, 'aria-hidden': true },
    h('p', { class: 'drop__words' }, common.dropFiles),
  );
  // `dragenter` of a child comes before `dragleave` of its parent.
  let depth = 0;
  const become = (next: number): void => {
    depth = Math.max(next, 0);
    element.hidden = depth === 0;
  };
  listen(target, 'dragenter', (event) => {
    if (hasFiles(event)) become(depth + 1);
  });
  listen(target, 'dragleave', (event) => {
    if (hasFiles(event)) become(depth - 1);
  });
  listen(target, 'dragover', (event) => {
    // Otherwise the browser would open the file in place of the page.
    if (hasFiles(event)) event.preventDefault();
  });
  listen(target, 'drop', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    become(0);
    onFiles([...(event.dataTransfer?.files ?? [])]);
  });
  return element;
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') ?? false;
}
