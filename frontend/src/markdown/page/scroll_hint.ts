import './scroll_hint.css';
import { listen } from '../../base/dom.ts';

/** One for all boxes; it forgets those that are gone. */
let sizes: ResizeObserver | null = null;

/** Shows at the edges of a box that it can be scrolled sideways: `frame`, which is around it, gets a
 * class for each side where more is. */
export function hintScrolling(box: HTMLElement, frame: HTMLElement): void {
  frame.classList.add('md-scrolls');
  sizes ??= typeof ResizeObserver === 'function' ? new ResizeObserver(onResize) : null;
  sizes?.observe(box);
  // What is in it may grow while the box does not.
  if (box.firstElementChild !== null) sizes?.observe(box.firstElementChild);
  listen(box, 'scroll', () => update(box, frame), { passive: true });
}

function onResize(entries: readonly ResizeObserverEntry[]): void {
  const boxes = new Set<Element>();
  for (const { target } of entries) {
    const frame = target.closest('.md-scrolls');
    const box = target.parentElement === frame ? target : target.parentElement;
    if (box !== null) boxes.add(box);
  }
  for (const box of boxes) {
    const frame = box.closest('.md-scrolls');
    if (frame !== null) update(box, frame);
  }
}

function update(box: Element, frame: Element): void {
  const beyond = box.scrollWidth - box.clientWidth;
  // Negative where text runs from right to left.
  const passed = Math.abs(box.scrollLeft);
  frame.classList.toggle('md-scrolls--before', passed > 1);
  frame.classList.toggle('md-scrolls--after', passed < beyond - 1);
}
