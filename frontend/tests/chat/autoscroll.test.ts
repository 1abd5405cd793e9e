import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Autoscroll, bindAutoscroll } from '../../src/chat/autoscroll.ts';

/** happy-dom lays nothing out: sizes are said here, and scrollTop is clamped as a browser does. */
let height: number;
let top: number;
let scroller: HTMLElement;
let resized: () => void;
let changes: boolean[];
let autoscroll: Autoscroll;
let question: HTMLElement;
/** Where the question begins in the content. */
let at: number;
let content: HTMLElement;
const VIEW = 500;

beforeEach(() => {
  height = 2000;
  top = 0;
  changes = [];
  scroller = document.createElement('div');
  Object.defineProperties(scroller, {
    scrollHeight: { get: () => Math.max(height, Number.parseFloat(content.style.minHeight) || 0) },
    clientHeight: { get: () => VIEW },
    scrollTop: {
      get: () => top,
      set: (value: number) => {
        top = Math.max(0, Math.min(value, scroller.scrollHeight - VIEW));
      },
    },
  });
  vi.stubGlobal(
    'ResizeObserver',
    class {
      constructor(callback: () => void) {
        resized = callback;
      }
      observe(): void {}
      disconnect(): void {}
    },
  );
  question = document.createElement('div');
  at = 0;
  vi.spyOn(question, 'getBoundingClientRect').mockImplementation(
    () => new DOMRect(0, at - top, 100, 20),
  );
  content = document.createElement('div');
  autoscroll = bindAutoscroll(
    scroller,
    content,
    () => question,
    (is) => changes.push(is),
  );
});

afterEach(() => {
  autoscroll.dispose();
  vi.unstubAllGlobals();
});

function grow(by: number): void {
  height += by;
  resized();
}

function scrollTo(value: number): void {
  scroller.scrollTop = value;
  scroller.dispatchEvent(new Event('scroll'));
}

test('the end stays in view while content grows', () => {
  resized();
  expect(top).toBe(1500);
  grow(300);
  expect(top).toBe(1800);
  expect(changes).toEqual([]);
});

test('scrolling up is respected, however little', () => {
  resized();
  scrollTo(1495);
  grow(300);
  expect(top).toBe(1495);
  expect(changes).toEqual([false]);
});

test('content that grew between two scroll events is not taken for a reader scrolling up', () => {
  resized();
  height += 400;
  scroller.dispatchEvent(new Event('scroll'));
  expect(changes).toEqual([]);
  resized();
  expect(top).toBe(1900);
});

test('content that shrinks moves the position and unpins nobody', () => {
  resized();
  height = 1200;
  scrollTo(top);
  grow(100);
  expect(top).toBe(800);
  expect(changes).toEqual([]);
});

test('coming back near the end pins again', () => {
  resized();
  scrollTo(900);
  scrollTo(1480);
  grow(100);
  expect(top).toBe(1600);
  expect(changes).toEqual([false, true]);
});

test('jumping goes to the end and stays there', () => {
  resized();
  scrollTo(0);
  autoscroll.follow();
  expect(top).toBe(1500);
  grow(100);
  expect(top).toBe(1600);
  expect(autoscroll.isFollowing).toBe(true);
});

test('what is put above the very top leaves in view what was', () => {
  resized();
  scrollTo(0);
  autoscroll.keepPlace(() => {
    height += 300;
  });
  expect(top).toBe(300);
});

test('elsewhere, and at the end, the browser sees to it', () => {
  resized();
  scrollTo(700);
  autoscroll.keepPlace(() => {
    height += 300;
  });
  expect(top).toBe(700);
});

test('a move away from the end is a wish to stay there', () => {
  resized();
  autoscroll.scrollBy(-200);
  grow(100);
  expect(top).toBe(1300);
  expect(changes).toEqual([false]);
  autoscroll.scrollBy(1_000);
  expect(changes).toEqual([false, true]);
});

test('three views below the start is far from it', () => {
  resized();
  expect(autoscroll.isNearStart()).toBe(true);
  height = 9_000;
  scrollTo(1_501);
  expect(autoscroll.isNearStart()).toBe(false);
});

test('a question is held at the top while its answer grows, with room for it', () => {
  resized();
  at = 1960;
  autoscroll.hold();
  expect(top).toBe(1944);
  grow(300);
  expect(top).toBe(1944);
  expect(changes).toEqual([]);
  grow(300);
  expect(top).toBe(1944);
  expect(changes, 'the answer goes on below the view').toEqual([false]);
});

test('whoever goes to the end of a long answer follows it from there', () => {
  resized();
  at = 1960;
  autoscroll.hold();
  grow(900);
  scrollTo(2400);
  grow(100);
  expect(top).toBe(2500);
  expect(changes).toEqual([false, true]);
});

test('content that grows above a held question moves it, and nobody follows the end for that', () => {
  resized();
  at = 1960;
  autoscroll.hold();
  at += 200;
  grow(200);
  grow(900);
  expect(top).toBe(2144);
});

test('another branch needs no room', () => {
  resized();
  at = 1960;
  autoscroll.hold();
  autoscroll.scrollBy(0);
  expect(content.style.minHeight).toBe('');
});
