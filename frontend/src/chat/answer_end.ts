import './message.css';
import './answer_end.css';
import { h, type Updatable } from '../base/dom.ts';
import type { Run } from '../protocol.ts';
import { answerText } from '../thread/turns.ts';
import { iconButton } from '../ui/button.ts';
import { createCopyButton } from '../ui/copy.ts';
import type { AnswerEndEntry } from './entries.ts';
import { createPager, type PagerView, type SwitchTo } from './pager.ts';
import { createRunEnd, type RunEndView } from './run_end.ts';

export interface AnswerEndActions {
  runAgain(runId: string): void;
  readonly switchTo: SwitchTo;
}

/** What stands below an answer: how its run ended, and what can be done with it. Most answers need
 * a copy button only. */
export function createAnswerEnd(
  first: AnswerEndEntry,
  actions: AnswerEndActions,
): Updatable<AnswerEndEntry> {
  let entry = first;
  let shownRun: Run | null = null;
  let runEnd: RunEndView | null = null;
  let regenerate: HTMLButtonElement | null = null;
  const pagers: PagerView[] = [];
  const copy = createCopyButton(() => answerText(entry.end.items));
  const quiet = h('div', { class: 'actions__quiet' }, copy);
  const name = h('span', { class: 'answer-end__name', hidden: true });
  const toolbar = h('div', { class: 'actions' }, name, quiet);
  const notes = h('div', { class: 'answer-end__notes', hidden: true });
  const element = h('div', { class: 'answer-end' }, notes, toolbar);

  const runAgain = (): void => {
    if (entry.end.run !== null) actions.runAgain(entry.end.run.id);
  };
  const showRunEnd = ({ end: { run }, isLatest, isBusy }: AnswerEndEntry): void => {
    const shown = run?.status === 'completed' ? null : run;
    if (shown !== null && runEnd === null) {
      runEnd = createRunEnd(runAgain);
      element.prepend(runEnd.element);
    }
    runEnd?.update(shown, isLatest, isBusy);
  };
  const showRegenerate = ({ end: { run }, isLatest, isBusy }: AnswerEndEntry): void => {
    const isShown = isLatest && run?.status === 'completed';
    if (isShown && regenerate === null) {
      regenerate = createRegenerate(runAgain);
      quiet.append(regenerate);
    }
    if (regenerate === null) return;
    regenerate.hidden = !isShown;
    regenerate.disabled = isBusy;
  };
  const showBranches = ({ end: { branches }, isBusy }: AnswerEndEntry): void => {
    while (pagers.length < branches.length) {
      const pager = createPager(actions.switchTo);
      pagers.push(pager);
      quiet.before(pager.element);
    }
    for (const [index, pager] of pagers.entries()) pager.update(branches[index] ?? null, isBusy);
  };

  const showAssistant = ({ end: { run }, isNamed }: AnswerEndEntry): void => {
    name.textContent = isNamed ? (run?.assistant_name ?? '') : '';
    name.hidden = name.textContent === '';
    notes.hidden = run === null || run.notes.length === 0;
    if (run !== shownRun)
      notes.replaceChildren(...(run?.notes ?? []).map((note) => h('p', {}, note)));
    shownRun = run;
  };

  const update = (next: AnswerEndEntry): void => {
    entry = next;
    element.classList.toggle('answer-end--latest', next.isLatest);
    showRunEnd(next);
    showRegenerate(next);
    showBranches(next);
    showAssistant(next);
    const { items, branches } = next.end;
    copy.hidden = !items.some((item) => item.type === 'assistant_message');
    quiet.hidden = copy.hidden && (regenerate === null || regenerate.hidden);
    toolbar.hidden = quiet.hidden && name.hidden && branches.length === 0;
  };
  update(first);
  return { element, update };
}

function createRegenerate(runAgain: () => void): HTMLButtonElement {
  const button = iconButton('again', 'Regenerate', { kind: 'small' });
  button.onclick = runAgain;
  return button;
}
