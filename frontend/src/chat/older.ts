/** The start of a chat of which only the end has come: reads it as the reader gets there. */

import './older.css';
import { h, listen, setText, type View } from '../base/dom.ts';
import { createFrame } from '../base/time.ts';
import type { Api } from '../server/api.ts';
import { t } from '../strings/older.ts';
import { withOlder } from '../thread/older.ts';
import type { Session } from '../thread/session.ts';
import { button } from '../ui/button.ts';

export interface OlderView extends View {
  /** Reading has failed, and waits for the button. */
  readonly hasFailed: boolean;
  update(isHidden: boolean): void;
  /** Reads some of what comes before, unless that is under way, or has failed. */
  read(): void;
  dispose(): void;
}

export interface OlderOptions {
  readonly session: Pick<Session, 'state' | 'threadId' | 'amend'>;
  readonly itemsBefore: Api['itemsBefore'];
  readonly scroller: HTMLElement;
  /** Tells a screen reader. */
  say(text: string): void;
  /** Draws what was added. */
  draw(): void;
}

/** How many items are read at once: as the reader comes near them, and where all are wanted. */
const SOME = 200;
const MANY = 1000;
/** After so many frames in which nothing came, everything is there. */
const STILL = 30;

/** Scrolling up reads more by itself; the button is for those who do not scroll, or where it failed. */
export function createOlder(options: OlderOptions): OlderView {
  const { session, scroller } = options;
  let reading: Promise<void> | null = null;
  let hasFailed = false;
  let isDisposed = false;

  const lacks = (): boolean => session.state.before !== null && !isDisposed;
  const readSome = async (limit: number): Promise<void> => {
    const { threadId, state } = session;
    if (state.before === null || threadId === null) return;
    hasFailed = false;
    try {
      const { before } = state;
      const page = await options.itemsBefore(threadId, before, limit);
      session.amend((now) => withOlder(now, before, page));
      if (!isDisposed) options.say(t.added);
    } catch {
      hasFailed = true;
    }
  };
  const read = (limit: number): Promise<void> => {
    reading ??= readSome(limit).then(() => {
      reading = null;
      if (!isDisposed) options.draw();
    });
    return reading;
  };

  /** Nothing can be read once a print has begun, so the keys for it wait. One from the browser's menu has what
   * was read before, and the note. */
  const print = async (): Promise<void> => {
    do await read(MANY);
    while (lacks() && !hasFailed);
    if (!isDisposed) window.print();
  };

  /** Home goes to the beginning of the chat, which comes piece by piece above what is in view. */
  let isClimbing = false;
  let height = 0;
  let still = 0;
  const climb = createFrame(() => {
    if (!isClimbing) return;
    still = scroller.scrollHeight === height ? still + 1 : 0;
    height = scroller.scrollHeight;
    scroller.scrollTop = 0;
    isClimbing = (lacks() && !hasFailed) || still < STILL;
    climb.request();
  });
  const pressed = (event: KeyboardEvent): void => {
    isClimbing = event.key === 'Home' && !isField(event.target);
    if (!isClimbing) return;
    still = 0;
    event.preventDefault();
    climb.request();
  };
  const stay = (): void => {
    isClimbing = false;
  };

  const note = h('p', { class: 'older__note' });
  const more = button(t.read, { class: 'older__read' });
  const element = h('div', { class: 'older' }, note, more);
  const removers = [
    listen(more, 'click', () => void read(SOME)),
    listen(scroller, 'keydown', pressed),
    listen(scroller, 'wheel', stay, { passive: true }),
    listen(scroller, 'pointerdown', stay),
    listen(window, 'keydown', (event) => {
      const { key, ctrlKey, metaKey, shiftKey, altKey } = event;
      if (key.toLowerCase() !== 'p' || ctrlKey === metaKey || shiftKey || altKey) return;
      if (!lacks()) return;
      event.preventDefault();
      void print();
    }),
  ];
  return {
    element,
    get hasFailed() {
      return hasFailed;
    },
    update(isHidden) {
      element.hidden = isHidden || !lacks();
      setText(note, hasFailed ? t.failed : t.note);
      setText(more, hasFailed ? t.again : t.read);
    },
    read() {
      if (lacks() && !hasFailed) void read(isClimbing ? MANY : SOME);
    },
    dispose() {
      isDisposed = true;
      climb.cancel();
      for (const remove of removers) remove();
    },
  };
}

/** Home moves the caret there. */
function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select');
}
