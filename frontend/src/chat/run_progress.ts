import './run_progress.css';
import { h, setText, type Updatable } from '../base/dom.ts';
import { t } from '../strings/chat.ts';
import { isEmpty } from '../thread/content.ts';
import type { ThreadState } from '../thread/state.ts';

/** Shown where the answer will come, while a run works and no text grows. */
export function createRunProgress(first: string): Updatable<string> {
  const text = h('span');
  const element = h(
    'div',
    { class: 'run-progress' },
    h('span', { class: 'run-progress__dots', 'aria-hidden': true }, h('i'), h('i'), h('i')),
    text,
  );
  setText(text, first);
  return { element, update: (label) => setText(text, label) };
}

/** Returns what is said of a run at work; null if there is none, or what it writes says enough. */
export function progressLabel(state: ThreadState, isStopping: boolean): string | null {
  const run = state.activeRun;
  if (run === null) return null;
  if (isStopping) return t.end.stopping;
  return run.status === 'requires_action' || isWriting(state) ? null : t.end.working;
}

function isWriting({ live }: ThreadState): boolean {
  const last = live.at(-1);
  if (last?.type !== 'assistant_message' || last.status !== 'in_progress') return false;
  return !isEmpty(last);
}
