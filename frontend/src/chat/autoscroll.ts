import { listen } from '../base/dom.ts';

export interface Autoscroll {
  /** Whether the end is kept in view. */
  readonly isFollowing: boolean;
  /** Goes to the end and keeps it in view. */
  follow(): void;
  /** Whether little is left above the view. */
  isNearStart(): boolean;
  /** Makes a change above the view without moving what is in view. */
  keepPlace(change: () => void): void;
  /** Scrolls by this many pixels, and follows from then on only if that is the end. */
  scrollBy(px: number): void;
  dispose(): void;
}

/** Scrolling down to within this many pixels of the end means: follow it. */
const NEAR = 32;
/** Little is left above the view when it is less than this many times the view's height. */
const AHEAD = 3;
/** Positions are fractions of a pixel on scaled screens. */
const AT_END = 2;

/** Keeps the end in view while content grows, until the reader scrolls up. */
export function bindAutoscroll(
  scroller: HTMLElement,
  content: HTMLElement,
  onChange: (isFollowing: boolean) => void,
): Autoscroll {
  let isFollowing = true;
  let lastTop = scroller.scrollTop;

  const become = (next: boolean): void => {
    if (next === isFollowing) return;
    isFollowing = next;
    onChange(next);
  };

  const toEnd = (): void => {
    scroller.scrollTop = scroller.scrollHeight;
    lastTop = scroller.scrollTop;
  };

  listen(
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
    if (isFollowing) toEnd();
  });
  observer.observe(content);
  observer.observe(scroller);

  return {
    get isFollowing() {
      return isFollowing;
    },
    follow() {
      become(true);
      toEnd();
    },
    isNearStart: () => scroller.scrollTop <= AHEAD * scroller.clientHeight,
    keepPlace(change) {
      // Browsers anchor the scroll position themselves, except at the very top.
      const isAtTop = !isFollowing && scroller.scrollTop < 1;
      const height = isAtTop ? scroller.scrollHeight : 0;
      change();
      if (isAtTop) scroller.scrollTop = scroller.scrollHeight - height;
    },
    scrollBy(px) {
      scroller.scrollTop += px;
      lastTop = scroller.scrollTop;
      become(scroller.scrollHeight - scroller.clientHeight - lastTop <= AT_END);
    },
    dispose: () => observer.disconnect(),
  };
}
