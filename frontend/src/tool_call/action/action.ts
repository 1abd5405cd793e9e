import './action.css';
import { h, listen } from '../../base/dom.ts';
import { lazy } from '../../base/lazy.ts';
import type { Action } from '../../protocol.ts';
import { t } from '../../strings/calls.ts';
import { common } from '../../strings/common.ts';
import { button } from '../../ui/button.ts';
import type { Body, ToolItem } from '../bodies/body.ts';
import { decided } from './decided.ts';
import type { ActionPanel, Resolve } from './sending.ts';

/** Most chats have no call that waits. */
const panels = lazy(async () => (await import('./panel.ts')).createPanel);

/** Fetches what a call that waits shows, so that it is there when one comes. Never rejects. */
export async function prepareActions(): Promise<void> {
  // A card that needs it tries again, and says so.
  await panels.load().catch(() => undefined);
}

/** What a call waits for, to decide on, and afterwards what was decided. `onPanel` is told of a panel that
 * came late, because its code was not there yet. */
export function createActionView(resolve: Resolve, onPanel: () => void): Body<ToolItem> {
  const past = h('div', { class: 'action-past' });
  const present = h('div', {});
  const element = h('div', { class: 'action-place', hidden: true }, past, present);
  let shown: Action | null = null;
  let panel: ActionPanel | null = null;

  const ask = (id: string, action: Action): void => {
    panel = panels.loaded?.(id, action, resolve) ?? awaited(id);
    present.replaceChildren(panel.element);
  };
  /** Stands for the panel until its code is there. */
  const awaited = (id: string): ActionPanel => {
    const notice = h('p', { class: 'action-awaited', tabindex: -1 }, common.loading);
    const place: ActionPanel = { element: notice, isAnswered: false };
    panels.load().then(
      () => {
        if (panel !== place || shown === null) return;
        const hadFocus = document.activeElement === notice;
        ask(id, shown);
        if (hadFocus) focusOnAction(element);
        onPanel();
      },
      () => {
        const reload = button(common.reload);
        listen(reload, 'click', () => location.reload());
        notice.replaceChildren(t.askedNotLoaded, ' ', reload);
      },
    );
    return place;
  };

  return {
    element,
    update({ id, required_action: action, status }) {
      if (action === shown) return;
      const before = shown;
      shown = action;
      element.hidden = action === null;
      if (action === null) return;
      if (past.childElementCount === 0 || before?.earlier.length !== action.earlier.length) {
        past.replaceChildren(...action.earlier.flatMap((each) => decided(each, false)));
      }
      if (status === 'awaiting_approval' && action.resolution === null) {
        // An event repeats the action: what was begun to be written stays.
        if (panel !== null && before?.asked_at === action.asked_at) return;
        ask(id, action);
        return;
      }
      // Later states of the call repeat the decision.
      if (panel === null && before?.resolution?.at === action.resolution?.at && before) return;
      const isNews = panel !== null && !panel.isAnswered;
      panel = null;
      present.replaceChildren(...decided(action, isNews));
      element.hidden = past.childElementCount + present.childElementCount === 0;
    },
  };
}

/** Moves the focus to the first control of what is to be decided in this element. */
export function focusOnAction(element: Element): void {
  element
    .querySelector<HTMLElement>(
      '.action :is(input, select, textarea, button), .action-awaited:not(:has(button)), .action-awaited button',
    )
    ?.focus();
}

/** Whether the call waits for the reader. */
export function isWaiting({ status, required_action: action }: ToolItem): boolean {
  return status === 'awaiting_approval' && action !== null && action.resolution === null;
}
