import './transcript.css';
import { h, type Updatable, type View } from '../base/dom.ts';
import { createFrame, systemClock } from '../base/time.ts';
import { t } from '../strings/chat.ts';
import { focusOnAction } from '../tool_call/action/action.ts';
import type { Entries, Entry } from './entries.ts';
import { createEntryView, type EntryActions } from './entry_view.ts';

export interface TranscriptView extends View {
  update(entries: Entries): void;
  /** The last question, sent or about to be. */
  question(): HTMLElement | null;
  /** Opens the editor of the last question. */
  editLast(): void;
  /** Copies the last answer. */
  copyLast(): void;
  /** The first entry that is in view, and how far below the top of the view it begins. */
  place(): Place | null;
  /** Shows the entry of this key, however early it is. Returns its element. */
  reveal(key: string): HTMLElement | null;
  /** The element of an entry; null if it is not shown. */
  elementOf(key: string): HTMLElement | null;
  /** The visible arrows of a place with several branches. */
  pagerAt(placeId: string): HTMLElement | null;
  /** Moves the focus to the first control of a call that waits for the reader. */
  focusOn(key: string): void;
  /** The buttons of such a call; null if it is not shown. */
  controlsOf(key: string): HTMLElement | null;
  /** Shows all entries, however many. */
  showAll(): void;
  /** The reader has scrolled. */
  scrolled(): void;
  dispose(): void;
}

export interface Place {
  readonly key: string;
  readonly px: number;
}

export interface TranscriptPlace {
  /** Where the view begins, in the page. */
  top(): number;
  /** Whether little is left above the view. */
  isNearStart(): boolean;
  /** Makes a change above the view without moving what is in view. */
  keepPlace(change: () => void): void;
  /** Little is left above the view, and all entries are shown. */
  atStart(): void;
}

/** The last entries of a long thread are shown at once, earlier ones in slices as the reader
 * scrolls up. */
const FIRST_SHOWN = 30;
const SLICE_MS = 8;

export function createTranscript(actions: EntryActions, place: TranscriptPlace): TranscriptView {
  // The announcer reads out whole messages; a log that reads out every delta is noise.
  const element = h('div', {
    class: 'transcript',
    role: 'log',
    'aria-label': t.conversation,
    'aria-live': 'off',
  });
  const views = new Map<string, Updatable<Entry>>();
  let past: readonly Entry[] = [];
  let liveKeys: ReadonlySet<string> = new Set();
  let questionKey: string | null = null;
  /** How many of the earliest entries of `past` have no element yet. */
  let unshown = 0;

  const viewOf = (entry: Entry): Updatable<Entry> => {
    const present = views.get(entry.key);
    if (present !== undefined) {
      present.update(entry);
      return present;
    }
    const view = createEntryView(entry, actions);
    views.set(entry.key, view);
    return view;
  };

  const showEarlier = (): void => {
    if (!place.isNearStart()) return;
    if (unshown === 0) {
      place.atStart();
      return;
    }
    const deadline = systemClock.now() + SLICE_MS;
    showSlice((shown) => shown === 0 || systemClock.now() < deadline);
    earlier.request();
  };
  const showSlice = (more: (shown: number) => boolean): void => {
    const slice: HTMLElement[] = [];
    while (unshown > 0 && more(slice.length)) {
      unshown -= 1;
      const entry = past[unshown];
      if (entry === undefined) continue;
      const view = viewOf(entry);
      view.element.classList.add('transcript__early');
      slice.unshift(view.element);
    }
    place.keepPlace(() => element.prepend(...slice));
  };
  const earlier = createFrame(showEarlier);

  /** Puts the elements of `entries` in order from `cursor` on, and moves only those out of place.
   * */
  const arrange = (entries: readonly Entry[], cursor: ChildNode | null): ChildNode | null => {
    let next = cursor;
    for (const entry of entries) {
      const view = viewOf(entry);
      if (view.element === next) next = next.nextSibling;
      else element.insertBefore(view.element, next);
    }
    return next;
  };

  /** Removes the views of other entries, before the rest is arranged. */
  const forget = (keys: Iterable<string>, but: ReadonlySet<string>): void => {
    for (const key of [...keys]) {
      if (but.has(key)) continue;
      const view = views.get(key);
      view?.dispose?.();
      view?.element.remove();
      views.delete(key);
    }
  };

  /** The past changes once or twice in a run; on other frames only live entries are arranged. */
  const arrangeAll = (entries: Entries): void => {
    past = entries.past;
    unshown = past.length;
    for (let added = 0; unshown > 0 && added < FIRST_SHOWN; unshown -= 1) {
      if (!views.has(past[unshown - 1]?.key ?? '')) added += 1;
    }
    const shown = past.slice(unshown);
    forget(views.keys(), keysOf([...shown, ...entries.live]));
    arrange(entries.live, arrange(shown, element.firstChild));
    earlier.request();
  };
  const arrangeLive = ({ live }: Entries): void => {
    forget(liveKeys, keysOf(live));
    const last = past.length > unshown ? past.at(-1) : undefined;
    const before = last && views.get(last.key)?.element;
    arrange(live, before ? before.nextSibling : element.firstChild);
  };

  const callOf = (key: string): HTMLElement | null =>
    [...element.querySelectorAll<HTMLElement>('.tool')].find(
      ({ dataset }) => dataset['key'] === key,
    ) ?? null;

  return {
    element,
    update(entries) {
      if (entries.past === past) arrangeLive(entries);
      else arrangeAll(entries);
      liveKeys = keysOf(entries.live);
      questionKey = questionOf(entries.live) ?? questionKey;
    },
    question: () => views.get(questionKey ?? '')?.element ?? null,
    editLast() {
      press(views.get(questionKey ?? '')?.element ?? null, '.message__edit');
    },
    copyLast() {
      [...element.querySelectorAll<HTMLElement>('.answer-end__copy')].at(-1)?.click();
    },
    place() {
      const top = place.top();
      const begun = [...views].flatMap(([key, view]) => {
        const { bottom, top: begin } = view.element.getBoundingClientRect();
        return bottom > top ? [{ key, px: begin - top }] : [];
      });
      return begun.sort((a, b) => a.px - b.px)[0] ?? null;
    },
    reveal(key) {
      if (past.slice(0, unshown).some((entry) => entry.key === key)) {
        showSlice(() => !views.has(key));
      }
      return views.get(key)?.element ?? null;
    },
    elementOf: (key) => views.get(key)?.element ?? null,
    focusOn(key) {
      const call = callOf(key);
      if (call !== null) focusOnAction(call);
    },
    controlsOf: (key) => callOf(key)?.querySelector<HTMLElement>('.action__buttons') ?? null,
    showAll: () => showSlice(() => true),
    scrolled: earlier.request,
    pagerAt: (placeId) =>
      [...element.querySelectorAll<HTMLElement>('.pager')].find(
        (pager) => !pager.hidden && pager.dataset['place'] === placeId,
      ) ?? null,
    dispose() {
      earlier.cancel();
      for (const view of views.values()) view.dispose?.();
      views.clear();
    },
  };
}

function press(entry: Element | null, selector: string): void {
  entry?.querySelector<HTMLElement>(selector)?.click();
}

/** What is sent next is the question only where nothing else is answered before it. */
function questionOf(live: readonly Entry[]): string | null {
  const asked = live.find((entry) => entry.kind === 'item' && entry.item.type === 'user_message');
  const isAnswered = asked === undefined || live.some((entry) => entry.kind === 'answer_end');
  const next = isAnswered ? live.find((entry) => entry.kind === 'pending') : undefined;
  return (next ?? asked)?.key ?? null;
}

function keysOf(entries: readonly Entry[]): ReadonlySet<string> {
  return new Set(entries.map((entry) => entry.key));
}
