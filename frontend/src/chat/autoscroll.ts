import { listen } from '../base/dom.ts';

export interface Autoscroll {
  /** Whether the end is kept in view. */
  readonly isFollowing: boolean;
  /** Goes to the end and keeps it in view. */
  follow(): void;
  /** Puts the question at the top, with room below for its answer, and stays. */
  hold(): void;
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
/** So far below the top of the view an element is held. */
const MARGIN = 16;

/**
 * Keeps the end in view while content grows, until the reader scrolls up; or holds a question at the top while
 * its answer grows below it, until the reader goes to the end. `question` is the element to hold now, which may
 * be replaced by another one for the same question.
 */
export function bindAutoscroll(
  scroller: HTMLElement,
  content: HTMLElement,
  question: () => HTMLElement | null,
  onChange: (isAtEnd: boolean) => void,
): Autoscroll {
  let isFollowing = true;
  let isHolding = false;
  /** The held question is still where it was put. */
  let isPinned = false;
  let isAtEnd = true;
  /** The height that leaves room below the question. */
  let room = 0;
  let lastTop = scroller.scrollTop;

  const look = (): void => {
    const next = isFollowing || toGo() <= AT_END;
    if (next === isAtEnd) return;
    isAtEnd = next;
    onChange(next);
  };
  const toGo = (): number => scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;

  const moveTo = (top: number): void => {
    scroller.scrollTop = top;
    lastTop = scroller.scrollTop;
  };

  /** Where the view has to begin for the question to be at its top. */
  const heldTop = (): number | null => {
    const element = isHolding ? question() : null;
    if (element === null) return null;
    const below = element.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    return Math.max(0, below + scroller.scrollTop - MARGIN);
  };
  const makeRoom = (): void => {
    const top = heldTop();
    room = top === null ? 0 : top + scroller.clientHeight;
    content.style.minHeight = top === null ? '' : `${room}px`;
  };

  listen(
    scroller,
    'scroll',
    () => {
      const top = scroller.scrollTop;
      // Growing content also leaves the end behind: only a move upwards is the reader's wish. Where room is
      // left below an answer, nobody has gone to its end.
      const hasRoom = scroller.scrollHeight <= room + AT_END;
      if (top < lastTop) isFollowing &&= toGo() <= AT_END;
      else if (top > lastTop && toGo() <= NEAR && !hasRoom) isFollowing = true;
      isPinned &&= Math.abs(top - (heldTop() ?? top)) <= AT_END;
      lastTop = top;
      look();
    },
    { passive: true },
  );
  const observer = new ResizeObserver(() => {
    makeRoom();
    if (isFollowing) moveTo(scroller.scrollHeight);
    else if (isPinned) moveTo(heldTop() ?? scroller.scrollTop);
    look();
  });
  observer.observe(content);
  observer.observe(scroller);

  return {
    get isFollowing() {
      return isFollowing;
    },
    follow() {
      isFollowing = true;
      moveTo(scroller.scrollHeight);
      look();
    },
    hold() {
      isHolding = true;
      isPinned = true;
      isFollowing = false;
      makeRoom();
      moveTo(heldTop() ?? scroller.scrollHeight);
      look();
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
      isHolding = false;
      isPinned = false;
      makeRoom();
      moveTo(scroller.scrollTop + px);
      isFollowing = toGo() <= AT_END;
      look();
    },
    dispose: () => observer.disconnect(),
  };
}
