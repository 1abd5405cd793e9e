import { h } from '../base/dom.ts';
import type { ServerMessage } from '../protocol.ts';
import { titleOf } from '../tool_call/label.ts';
import { isToolItem } from '../tool_call/tool_call.ts';
import { runEndText } from './run_end.ts';

/** A sentence for a screen reader, or the key of the entry to read out. */
export type Announcement = { readonly say: string } | { readonly read: string };

export interface Announcer {
  readonly element: HTMLElement;
  say(text: string): void;
}

/** Announces one thing after the other. Old announcements are removed. */
export function createAnnouncer(): Announcer {
  const element = h('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' });
  return {
    element,
    say(text) {
      element.append(h('p', {}, text));
      while (element.childElementCount > 3) element.firstElementChild?.remove();
    },
  };
}

/** Announces what has finished, not every delta. Null if the frame is not worth it. */
export function announcementOf(message: ServerMessage): Announcement | null {
  switch (message.type) {
    case 'run.started':
      return { say: 'Working on an answer.' };
    case 'run.updated':
      return message.run.status === 'requires_action'
        ? { say: 'The assistant waits for you.' }
        : null;
    case 'item.done':
      if (message.item.type === 'assistant_message') return { read: message.item.id };
      if (!isToolItem(message.item)) return null;
      return { say: `${titleOf(message.item).text}: ${message.item.status.replaceAll('_', ' ')}.` };
    case 'run.finished':
      return message.run.status === 'completed' ? null : { say: runEndText(message.run) };
    case 'error':
      return message.code === 'run_active' ? null : { say: message.message };
    default:
      return null;
  }
}
