import '../../styles/transcript.css';
import { h, type View } from '../../dom.ts';
import { createFrame } from '../../frame.ts';
import type { Entries, Entry } from './entries.ts';
import { createEntryView, type EntryActions, type Updatable } from './entry_view.ts';

export interface TranscriptView extends View {
  update(entries: Entries): void;
  /** What is shown of an entry, as text. */
  textOf(key: string): string;
}

/** A long thread shows its last entries at once and the earlier ones in slices of a frame. */
const FIRST_SHOWN = 30;
const SLICE_MS = 8;

export function createTranscript(actions: EntryActions): TranscriptView {
  // Live announcements are made elsewhere, whole and once; a log that speaks every delta is noise.
  const element = h('div', {
    class: 'transcript',
    role: 'log',
    'aria-label': 'Conversation',
    'aria-live': 'off',
  });
  const views = new Map<string, Updatable<Entry>>();
  let past: readonly Entry[] = [];
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
    element.prepend(...slice);
    if (unseen > 0) earlier.request();
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
  const forgetAllBut = (keys: ReadonlySet<string>): void => {
    for (const [key, view] of views) {
      if (keys.has(key)) continue;
      view.dispose();
      view.element.remove();
      views.delete(key);
    }
  };

  return {
    element,
    update(entries) {
      if (past.length === 0) {
        unseen = Math.max(0, entries.past.length + entries.live.length - FIRST_SHOWN);
        unseen = Math.min(unseen, entries.past.length);
      }
      unseen = Math.min(unseen, entries.past.length);
      const shown = entries.past.slice(unseen);
      forgetAllBut(new Set([...shown, ...entries.live].map((entry) => entry.key)));
      if (entries.past === past) {
        const last = shown.at(-1);
        const after = last === undefined ? null : views.get(last.key)?.element;
        arrange(
          entries.live,
          after?.nextSibling ?? (last === undefined ? element.firstChild : null),
        );
      } else {
        past = entries.past;
        arrange(entries.live, arrange(shown, element.firstChild));
      }
      if (unseen > 0) earlier.request();
    },
    textOf: (key) => views.get(key)?.element.innerText ?? '',
    dispose() {
      earlier.cancel();
      for (const view of views.values()) view.dispose();
      views.clear();
    },
  };
}
