import { listen } from '../base/dom.ts';

export interface Pinned {
  readonly isPinned: boolean;
  pin(): void;
  /** There is not much above what is in view. */
  isNearStart(): boolean;
  /** Makes a change above what is in view, which stays where it is. */
  keepPlace(change: () => void): void;
  /** Scrolls by so many pixels; whether that is the end decides what is kept in view. */
  move(px: number): void;
  dispose(): void;
}

/** Within this many pixels of the end, scrolling down means: stay with the latest. */
const NEAR = 32;
/** So many times the height of the view above it are not much. */
const AHEAD = 3;
/** Positions are fractions of a pixel on scaled screens. */
const AT_END = 2;

/** Keeps the end in view while content grows, until the reader scrolls up. */
export function bindPinned(
  scroller: HTMLElement,
  content: HTMLElement,
  onChange: (isPinned: boolean) => void,
): Pinned {
  let isPinned = true;
  let lastTop = scroller.scrollTop;

  const become = (next: boolean): void => {
    if (next === isPinned) return;
    isPinned = next;
    onChange(next);
  };

  const toEnd = (): void => {
    scroller.scrollTop = scroller.scrollHeight;
    lastTop = scroller.scrollTop;
  };

  const removeListener = listen(
    scroller,
    'scroll',
    () => {
      const top = scroller.scrollTop;
      const rest = scroller.scrollHeight - scroller.clientHeight - top;
      // Growing content also leaves the end behind: only a move upwards is the reader's wish.
      if (top < lastTop) become(rest <= AT_END);
      else if (rest <= NEAR) become(true);
      lastTop = top;
    },
    { passive: true },
  );
  const observer = new ResizeObserver(() => {
    if (isPinned) toEnd();
  });
  observer.observe(content);
  observer.observe(scroller);

  return {
    get isPinned() {
      return isPinned;
    },
    pin() {
      become(true);
      toEnd();
    },
    isNearStart: () => scroller.scrollTop <= AHEAD * scroller.clientHeight,
    keepPlace(change) {
      // Browsers see to it themselves, but for the very top.
      const isAtTop = !isPinned && scroller.scrollTop < 1;
      const height = isAtTop ? scroller.scrollHeight : 0;
      change();
      if (isAtTop) scroller.scrollTop = scroller.scrollHeight - height;
    },
    move(px) {
      scroller.scrollTop += px;
      lastTop = scroller.scrollTop;
      become(scroller.scrollHeight - scroller.clientHeight - lastTop <= AT_END);
    },
    dispose() {
      removeListener();
      observer.disconnect();
    },
  };
}
