import './run_progress.css';
import { h, setText } from '../base/dom.ts';
import { isEmpty } from '../thread/content.ts';
import type { ThreadState } from '../thread/state.ts';

export interface RunProgress {
  readonly element: HTMLElement;
  update(state: ThreadState, isStopping: boolean): void;
}

/** Shown while a run works and no text grows. */
export function createRunProgress(): RunProgress {
  const text = h('span');
  const element = h(
    'div',
    { class: 'run-progress', hidden: true },
    h('span', { class: 'run-progress__dots', 'aria-hidden': true }, h('i'), h('i'), h('i')),
    text,
  );
  return {
    element,
    update(state, isStopping) {
      const run = state.activeRun;
      const isIdle = run === null || run.status === 'requires_action' || isWriting(state);
      element.hidden = run === null || (!isStopping && isIdle);
      const label = isStopping ? 'Stopping…' : 'Working…';
      setText(text, label);
    },
  };
}

function isWriting({ live }: ThreadState): boolean {
  const last = live.at(-1);
  if (last?.type !== 'assistant_message' || last.status !== 'in_progress') return false;
  return !isEmpty(last);
}
