/** Draws now, and again whenever the element has become wider or narrower. Until it is on the page
 * its width is a guess. */
export function onWidth(element: HTMLElement, draw: (width: number) => void): void {
  let drawn = GUESS;
  draw(drawn);
  new ResizeObserver(([entry]) => {
    const width = Math.round(entry?.contentRect.width ?? 0);
    if (width === 0 || width === drawn) return;
    drawn = width;
    draw(width);
  }).observe(element);
}

const GUESS = 640;
