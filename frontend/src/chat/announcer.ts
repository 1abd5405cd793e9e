import { h } from '../base/dom.ts';
import type { ServerMessage } from '../protocol.ts';
import { t as calls } from '../strings/calls.ts';
import { t } from '../strings/chat.ts';
import type { ThreadState } from '../thread/state.ts';
import { titleOf } from '../tool_call/label.ts';
import { isToolItem } from '../tool_call/tool_call.ts';
import { runEndText } from './run_end.ts';
import { beginningOf } from './spoken.ts';

export interface Announcer {
  readonly element: HTMLElement;
  say(text: string): void;
  /** Takes each frame of the thread's socket. */
  hear(message: ServerMessage): void;
  /** Says what was heard, once it is drawn. `shown` finds what shows an item. */
  tell(state: ThreadState, shown: (itemId: string) => Element | null): void;
}

/** A sentence, or the id of a message whose beginning is told. */
type Announcement =
  | { readonly say: string }
  | { readonly begin: string; readonly isWhole: boolean };

/** Tells a screen reader what happens: how an answer begins, and that it has ended, not every delta.
 * One thing is told after the other, and old ones are removed. */
export function createAnnouncer(): Announcer {
  const element = h('div', {
    class: 'visually-hidden',
    role: 'status',
    'aria-live': 'polite',
    // Only what is new, not all that was told before.
    'aria-atomic': 'false',
  });
  const heard: Announcement[] = [];
  /** The messages whose beginning was told. */
  const begun = new Set<string>();
  const say = (text: string): void => {
    element.append(h('p', {}, text));
    while (element.childElementCount > 3) element.firstElementChild?.remove();
  };
  return {
    element,
    say,
    hear(message) {
      const announcement = announcementOf(message);
      if (announcement !== null) heard.push(announcement);
    },
    tell({ live, activeRun }, shown) {
      const growing = activeRun === null ? undefined : live.at(-1);
      if (growing?.type === 'assistant_message') heard.push({ begin: growing.id, isWhole: false });
      for (const announcement of heard.splice(0)) {
        if ('say' in announcement) {
          say(announcement.say);
          continue;
        }
        const message = begun.has(announcement.begin) ? null : shown(announcement.begin);
        const words = message === null ? '' : beginningOf(message, announcement.isWhole);
        if (words === '') continue;
        begun.add(announcement.begin);
        say(words);
      }
    },
  };
}

/** Null if the frame is not worth it. */
function announcementOf(message: ServerMessage): Announcement | null {
  switch (message.type) {
    case 'run.started':
      return { say: t.announced.answering };
    case 'run.updated':
      return message.run.status === 'requires_action' ? { say: t.announced.waits } : null;
    case 'item.done':
      if (message.item.type === 'assistant_message')
        return { begin: message.item.id, isWhole: true };
      if (!isToolItem(message.item)) return null;
      return { say: calls.announced(titleOf(message.item).text, message.item.status) };
    case 'run.finished':
      return {
        say: message.run.status === 'completed' ? t.announced.done : runEndText(message.run),
      };
    case 'error':
      return message.code === 'run_active' ? null : { say: message.message };
    default:
      return null;
  }
}
