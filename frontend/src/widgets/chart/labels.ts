/** Labels of an axis: how wide they are, and which of them have room. */

const SIZE = 12;
/** Pixels of a character where nothing can be measured. */
const CHAR = 7;
const GAP = 6;

export interface Tick {
  readonly at: number;
  readonly label: string;
}

let canvas: CanvasRenderingContext2D | null | undefined;

/** Returns the pixels that a text takes in the size of chart.css. */
export function widthOf(text: string): number {
  canvas ??= document.createElement('canvas').getContext('2d');
  if (canvas === null) return text.length * CHAR;
  canvas.font = `${SIZE}px ${getComputedStyle(document.body).fontFamily}`;
  return canvas.measureText(text).width;
}

/** Returns the text, or as much of its beginning as has room. */
export function shortened(text: string, room: number): string {
  if (widthOf(text) <= room) return text;
  // A character is no code unit: half of one would be shown as a box.
  const characters = [...text];
  let kept = Math.max(1, Math.floor((characters.length * room) / widthOf(text)));
  const cut = (): string => `${characters.slice(0, kept).join('')}…`;
  while (kept > 1 && widthOf(cut()) > room) kept -= 1;
  return cut();
}

/** Returns the labels of a horizontal axis moved into a drawing of this width, without those that
 * would lie upon the one before. */
export function inside(ticks: readonly Tick[], width: number): Tick[] {
  const placed: Tick[] = [];
  let end = -GAP;
  for (const tick of ticks) {
    const label = shortened(tick.label, width);
    const half = widthOf(label) / 2;
    const at = Math.max(Math.min(tick.at, width - half), half);
    if (at - half < end + GAP) continue;
    end = at + half;
    placed.push({ at, label });
  }
  return placed;
}
