import './waiting.css';
import { h, listen, setText } from '../base/dom.ts';
import { ask, canAsk } from '../base/notifications.ts';
import type { ThreadState } from '../thread/state.ts';
import { isWaiting } from '../tool_call/action/action.ts';
import type { Resolve } from '../tool_call/action/sending.ts';
import { isToolItem, type ToolItem } from '../tool_call/tool_call.ts';
import { button } from '../ui/button.ts';

export interface WaitingView {
  readonly element: HTMLElement;
  update(state: ThreadState): void;
}

export interface WaitingActions {
  readonly resolve: Resolve;
  /** Moves the focus to what is to be decided on this item. */
  show(itemId: string): void;
}

/** What waits for the reader: the way there, and one decision for all calls. */
export function createWaiting({ resolve, show }: WaitingActions): WaitingView {
  let items: readonly ToolItem[] = [];
  const text = h('strong', { class: 'waiting__text' });
  const problem = h('p', { class: 'action__problem', role: 'alert' });
  const go = button('Show', { kind: 'text' });
  const allow = button('Allow all once');
  const deny = button('Deny all', { kind: 'danger' });
  const tell = button('Notify me next time', { kind: 'text', hidden: !canAsk() });
  const element = h(
    'div',
    { class: 'waiting', role: 'group', 'aria-label': 'Waits for you', hidden: true },
    text,
    go,
    allow,
    deny,
    tell,
    problem,
  );

  const decide = async (decision: 'allow' | 'deny'): Promise<void> => {
    allow.disabled = deny.disabled = true;
    setText(problem, await resolve({ decision, item_ids: approvals(items) }));
    allow.disabled = deny.disabled = false;
  };
  listen(go, 'click', () => {
    const [first] = items;
    if (first !== undefined) show(first.id);
  });
  listen(allow, 'click', () => void decide('allow'));
  listen(deny, 'click', () => void decide('deny'));
  listen(tell, 'click', () => {
    tell.hidden = true;
    void ask();
  });

  return {
    element,
    update(state) {
      items = state.live.filter(isToolItem).filter(isWaiting);
      element.hidden = items.length === 0;
      if (items.length === 0) return;
      setText(text, sentence(items));
      allow.hidden = deny.hidden = approvals(items).length < 2;
    },
  };
}

function approvals(items: readonly ToolItem[]): string[] {
  return items
    .filter(({ required_action: action }) => action?.kind === 'approval')
    .map(({ id }) => id);
}

function sentence(items: readonly ToolItem[]): string {
  const calls = approvals(items).length;
  const questions = items.length - calls;
  const parts = [
    calls === 0 ? null : calls === 1 ? '1 call' : `${calls} calls`,
    questions === 0 ? null : questions === 1 ? '1 question' : `${questions} questions`,
  ].filter((part) => part !== null);
  return `${parts.join(' and ')} ${items.length === 1 ? 'waits' : 'wait'} for you.`;
}
