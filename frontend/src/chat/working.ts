import './working.css';
import { h, setText } from '../base/dom.ts';
import type { ThreadState } from '../thread/state.ts';

export interface WorkingView {
  readonly element: HTMLElement;
  update(state: ThreadState, isStopping: boolean): void;
}

/** A sign of life while a run is active and nothing else moves. */
export function createWorking(): WorkingView {
  const text = h('span');
  const element = h(
    'div',
    { class: 'working', hidden: true },
    h('span', { class: 'working__dots', 'aria-hidden': true }, h('i'), h('i'), h('i')),
    text,
  );
  return {
    element,
    update(state, isStopping) {
      element.hidden = state.activeRun === null || (!isStopping && isWriting(state));
      const label = isStopping ? 'Stopping…' : 'Working…';
      setText(text, label);
    },
  };
}

/** Text that grows shows by itself that work goes on. */
function isWriting({ live }: ThreadState): boolean {
  const last = live.at(-1);
  if (last?.type !== 'assistant_message' || last.status !== 'in_progress') return false;
  return last.text !== '' || last.refusal !== null;
}
