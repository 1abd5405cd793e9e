import './waiting.css';
import { h, listen, setText } from '../base/dom.ts';
import { ask, canAsk } from '../base/notifications.ts';
import { t } from '../strings/chat.ts';
import { common } from '../strings/common.ts';
import type { ThreadState } from '../thread/state.ts';
import { isWaiting } from '../tool_call/action/action.ts';
import type { Resolve } from '../tool_call/action/sending.ts';
import { isToolItem, type ToolItem } from '../tool_call/tool_call.ts';
import { button } from '../ui/button.ts';

export interface WaitingView {
  readonly element: HTMLElement;
  /** `queued` messages go out once the run has ended, which waits for the reader itself. */
  update(state: ThreadState, queued: number): void;
  dispose(): void;
}

export interface WaitingActions {
  readonly resolve: Resolve;
  /** Ends the run, so that what is queued behind it goes out. */
  stop(): void;
  /** Takes the focus, because the button that had it disappears. */
  leave(): void;
  /** Moves the focus to what is to be decided on this item. */
  show(itemId: string): void;
  /** Where it is decided; null if that is not shown. */
  controlsOf(itemId: string): HTMLElement | null;
}

/** What waits for the reader: the way there, one decision for all calls, and what becomes of the
 * messages behind it. It is not shown where all that can be done is to be seen anyway. */
export function createWaiting(actions: WaitingActions): WaitingView {
  const { resolve } = actions;
  let items: readonly ToolItem[] = [];
  const text = h('strong', { class: 'waiting__text' });
  const problem = h('p', { class: 'action__problem', role: 'alert' });
  const go = button(t.waits.show, { kind: 'text' });
  const allow = button(t.waits.allow);
  const deny = button(t.waits.deny, { kind: 'danger' });
  const skip = button(t.waits.skip);
  const stop = button(t.waits.stop);
  const tell = button(t.waits.notify, { kind: 'text', hidden: !canAsk() });
  const element = h(
    'div',
    { class: 'waiting', role: 'group', 'aria-label': common.waitsForYou, hidden: true },
    text,
    go,
    allow,
    deny,
    skip,
    stop,
    tell,
    problem,
  );

  const seen = createSeen(() => draw());
  let queued = 0;
  const draw = (): void => {
    const calls = approvals(items).length;
    const isPlain = calls < 2 && queued === 0 && items.every(({ id }) => seen.has(id));
    element.hidden = items.length === 0 || isPlain;
    setText(text, t.waits.text(calls, items.length - calls, queued));
    allow.hidden = deny.hidden = calls < 2;
    skip.hidden = queued === 0 || !items.every(isQuestion);
    stop.hidden = queued === 0;
  };

  const decide = async (decision: 'allow' | 'deny' | 'skip', item_ids: string[]): Promise<void> => {
    allow.disabled = deny.disabled = skip.disabled = true;
    const refusal = await resolve({ decision, item_ids });
    setText(problem, refusal);
    allow.disabled = deny.disabled = skip.disabled = false;
    if (refusal === null) actions.leave();
  };
  listen(go, 'click', () => {
    const [first] = items;
    if (first !== undefined) actions.show(first.id);
  });
  listen(allow, 'click', () => void decide('allow', approvals(items)));
  listen(deny, 'click', () => void decide('deny', approvals(items)));
  listen(
    skip,
    'click',
    () =>
      void decide(
        'skip',
        items.map(({ id }) => id),
      ),
  );
  listen(stop, 'click', () => {
    actions.stop();
    actions.leave();
  });
  listen(tell, 'click', () => {
    tell.hidden = true;
    void ask();
  });

  return {
    element,
    update(state, messages) {
      items = state.live.filter(isToolItem).filter(isWaiting);
      queued = messages;
      seen.watch(new Map(items.map(({ id }) => [id, actions.controlsOf(id)])));
      draw();
    },
    dispose: seen.dispose,
  };
}

/** Which elements are in view. */
function createSeen(onChange: () => void) {
  const visible = new Set<Element>();
  let watched: ReadonlyMap<string, Element | null> = new Map();
  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) visible.add(target);
      else visible.delete(target);
    }
    onChange();
  });
  return {
    has(id: string): boolean {
      const element = watched.get(id) ?? null;
      return element !== null && visible.has(element);
    },
    watch(next: ReadonlyMap<string, Element | null>): void {
      const before = new Set(watched.values());
      const now = new Set(next.values());
      watched = next;
      for (const element of before) {
        if (element === null || now.has(element)) continue;
        observer.unobserve(element);
        visible.delete(element);
      }
      for (const element of now) {
        if (element !== null && !before.has(element)) observer.observe(element);
      }
    },
    dispose: () => observer.disconnect(),
  };
}

function isQuestion({ required_action: action }: ToolItem): boolean {
  return action?.kind === 'question';
}

function approvals(items: readonly ToolItem[]): string[] {
  return items
    .filter(({ required_action: action }) => action?.kind === 'approval' && !action.within)
    .map(({ id }) => id);
}
