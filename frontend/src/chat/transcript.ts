import './transcript.css';
import { h, type Updatable, type View } from '../base/dom.ts';
import { createFrame } from '../base/time.ts';
import type { Entries, Entry } from './entries.ts';
import { createEntryView, type EntryActions } from './entry_view.ts';

export interface TranscriptView extends View {
  update(entries: Entries): void;
  /** What is shown of an entry, as text. */
  textOf(key: string): string;
  /** The arrows of a place that has several ways on. */
  pagerAt(placeId: string): HTMLElement | null;
  /** Somebody looks elsewhere. */
  scrolled(): void;
  dispose(): void;
}

export interface TranscriptPlace {
  /** There is not much above what is in view. */
  isNearStart(): boolean;
  /** Makes a change above what is in view, which stays where it is. */
  keepPlace(change: () => void): void;
}

/** A long thread shows its last entries at once, earlier ones as one comes near, slice by slice. */
const FIRST_SHOWN = 30;
const SLICE_MS = 8;

export function createTranscript(actions: EntryActions, place: TranscriptPlace): TranscriptView {
  // Live announcements are made elsewhere, whole and once; a log that speaks every delta is noise.
  const element = h('div', {
    class: 'transcript',
    role: 'log',
    'aria-label': 'Conversation',
    'aria-live': 'off',
  });
  const views = new Map<string, Updatable<Entry>>();
  let past: readonly Entry[] = [];
  let liveKeys: ReadonlySet<string> = new Set();
  /** How many of the earliest entries of `past` have no element yet. */
  let unseen = 0;

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
    if (unseen === 0 || !place.isNearStart()) return;
    const deadline = performance.now() + SLICE_MS;
    const slice: HTMLElement[] = [];
    while (unseen > 0 && (slice.length === 0 || performance.now() < deadline)) {
      unseen -= 1;
      const entry = past[unseen];
      if (entry === undefined) continue;
      const view = viewOf(entry);
      view.element.classList.add('transcript__early');
      slice.unshift(view.element);
    }
    place.keepPlace(() => element.prepend(...slice));
    earlier.request();
  };
  const earlier = createFrame(showEarlier);

  /** Makes the elements from `cursor` on be those of `entries`, moving none that stands right. */
  const arrange = (entries: readonly Entry[], cursor: ChildNode | null): ChildNode | null => {
    let next = cursor;
    for (const entry of entries) {
      const view = viewOf(entry);
      if (view.element === next) next = next.nextSibling;
      else element.insertBefore(view.element, next);
    }
    return next;
  };

  /** Before anything is arranged: what is gone must not stand between what stays. */
  const forget = (keys: Iterable<string>, but: ReadonlySet<string>): void => {
    for (const key of [...keys]) {
      if (but.has(key)) continue;
      const view = views.get(key);
      view?.dispose?.();
      view?.element.remove();
      views.delete(key);
    }
  };

  /** The past changes once or twice in a run; a frame of it costs what is live. */
  const arrangeAll = (entries: Entries): void => {
    past = entries.past;
    unseen = past.length;
    for (let added = 0; unseen > 0 && added < FIRST_SHOWN; unseen -= 1) {
      if (!views.has(past[unseen - 1]?.key ?? '')) added += 1;
    }
    const shown = past.slice(unseen);
    forget(views.keys(), keysOf([...shown, ...entries.live]));
    arrange(entries.live, arrange(shown, element.firstChild));
  };
  const arrangeLive = ({ live }: Entries): void => {
    forget(liveKeys, keysOf(live));
    const last = past.length > unseen ? past.at(-1) : undefined;
    const before = last && views.get(last.key)?.element;
    arrange(live, before ? before.nextSibling : element.firstChild);
  };

  return {
    element,
    update(entries) {
      if (entries.past === past) arrangeLive(entries);
      else arrangeAll(entries);
      liveKeys = keysOf(entries.live);
      if (unseen > 0) earlier.request();
    },
    textOf: (key) => views.get(key)?.element.innerText ?? '',
    scrolled() {
      if (unseen > 0) earlier.request();
    },
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

function keysOf(entries: readonly Entry[]): ReadonlySet<string> {
  return new Set(entries.map((entry) => entry.key));
}
