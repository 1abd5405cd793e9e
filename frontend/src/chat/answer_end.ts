import './message.css';
import './answer_end.css';
import { h, listen, setText, type Updatable } from '../base/dom.ts';
import type { Run } from '../protocol.ts';
import { t } from '../strings/chat.ts';
import { answerText } from '../thread/turns.ts';
import { button, iconButton } from '../ui/button.ts';
import { createCopyButton } from '../ui/copy.ts';
import { createFacts } from '../ui/facts.ts';
import type { AnswerEndEntry } from './entries.ts';
import { createFeedback, type Rate } from './feedback.ts';
import { createPager, type PagerView, type SwitchTo } from './pager.ts';
import { createReadAloud } from './read_aloud.ts';
import { createRunEnd, type RunEndView } from './run_end.ts';
import { factsLine, runFacts } from './run_facts.ts';

export interface AnswerEndActions {
  runAgain(runId: string): void;
  /** Asks a question anew in its place, as a branch. */
  edit(itemId: string, text: string): void;
  readonly switchTo: SwitchTo;
  readonly rate: Rate;
}

/** What stands below an answer: how its run ended, what it took, and what can be done with it.
 *
 *     div.answer-end
 *       run_end                        of one that did not complete
 *       div.answer-end__notes
 *       div.actions: name, pagers, div.actions__quiet: copy, read aloud, feedback, regenerate, facts in a line
 *       p.answer-end__problem          why feedback was not stored
 *       div.answer-end__details        all facts, once they are asked for
 */
export function createAnswerEnd(
  first: AnswerEndEntry,
  actions: AnswerEndActions,
): Updatable<AnswerEndEntry> {
  let entry = first;
  let shownRun: Run | null = null;
  let runEnd: RunEndView | null = null;
  let feedback: Updatable<Run> | null = null;
  let regenerate: HTMLButtonElement | null = null;
  const pagers: PagerView[] = [];
  const copy = createCopyButton(() => answerText(entry.end.items));
  copy.classList.add('answer-end__copy');
  const facts = button('', { kind: 'text', class: 'answer-end__facts', 'aria-expanded': false });
  const details = h('div', { class: 'answer-end__details', hidden: true });
  const readAloud = createReadAloud(false, () => answerAbove(element));
  const quiet = h('div', { class: 'actions__quiet' }, copy, readAloud.element, facts);
  const name = h('span', { class: 'answer-end__name', dir: 'auto', hidden: true });
  const toolbar = h('div', { class: 'actions' }, name, quiet);
  const notes = h('div', { class: 'answer-end__notes', hidden: true });
  const problem = h('p', { class: 'answer-end__problem', role: 'alert', hidden: true });
  const element = h('div', { class: 'answer-end' }, notes, toolbar, problem, details);

  const runAgain = (): void => {
    if (entry.end.run !== null) actions.runAgain(entry.end.run.id);
  };
  const tryAgain = (): void => {
    const { question } = entry.end;
    // Only the last run can go on from where it failed.
    if (entry.isLatest) runAgain();
    else if (question !== null) actions.edit(question.id, question.text);
  };
  const showRunEnd = ({ end: { run, question }, isLatest, isBusy }: AnswerEndEntry): void => {
    const shown = run?.status === 'completed' ? null : run;
    if (shown !== null && runEnd === null) {
      runEnd = createRunEnd(tryAgain);
      element.prepend(runEnd.element);
    }
    const canRetry = isLatest || (shown?.error != null && question !== null);
    runEnd?.update(shown, canRetry, isBusy);
  };
  const showRegenerate = ({ end: { run }, isLatest, isBusy }: AnswerEndEntry): void => {
    const isShown = isLatest && run?.status === 'completed';
    if (isShown && regenerate === null) {
      regenerate = createRegenerate(runAgain);
      facts.before(regenerate);
    }
    if (regenerate === null) return;
    regenerate.hidden = !isShown;
    regenerate.disabled = isBusy;
  };
  const tell = (why: string | null): void => {
    setText(problem, why);
    problem.hidden = why === null;
  };
  const showFeedback = (run: Run | null): void => {
    if (run === null) return;
    if (feedback === null) {
      feedback = createFeedback(run, actions.rate, tell);
      readAloud.element.after(feedback.element);
    } else feedback.update(run);
    feedback.element.hidden = copy.hidden;
  };
  const showBranches = ({ end: { branches }, isBusy }: AnswerEndEntry): void => {
    while (pagers.length < branches.length) {
      const pager = createPager(actions.switchTo);
      pagers.push(pager);
      quiet.before(pager.element);
    }
    for (const [index, pager] of pagers.entries()) pager.update(branches[index] ?? null, isBusy);
  };

  const showFacts = (run: Run | null): void => {
    facts.hidden = run === null;
    if (run !== null) facts.textContent = factsLine(run);
    details.replaceChildren(
      ...(run === null || details.hidden ? [] : [createFacts(runFacts(run))]),
    );
  };
  listen(facts, 'click', () => {
    details.hidden = !details.hidden;
    facts.setAttribute('aria-expanded', String(!details.hidden));
    showFacts(entry.end.run);
  });

  const showAssistant = ({ end: { run }, isNamed }: AnswerEndEntry): void => {
    name.textContent = isNamed ? (run?.assistant_name ?? '') : '';
    name.hidden = name.textContent === '';
    notes.hidden = run === null || run.notes.length === 0;
    if (run !== shownRun || run === null) {
      notes.replaceChildren(...(run?.notes ?? []).map((note) => h('p', {}, note)));
      showFacts(run);
    }
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
    readAloud.update(!copy.hidden);
    showFeedback(next.end.run);
    quiet.hidden = copy.hidden && facts.hidden && (regenerate === null || regenerate.hidden);
    toolbar.hidden = quiet.hidden && name.hidden && branches.length === 0;
  };
  update(first);
  return { element, update, dispose: () => readAloud.dispose?.() };
}

/** Returns the messages of the answer that ends with this element, as they are shown. */
function answerAbove(end: Element): readonly Element[] {
  const messages: Element[] = [];
  let above = end.previousElementSibling;
  while (above !== null && !above.matches('.message--user, .answer-end')) {
    if (above.matches('.message--assistant')) messages.unshift(above);
    above = above.previousElementSibling;
  }
  return messages;
}

function createRegenerate(runAgain: () => void): HTMLButtonElement {
  const button = iconButton('again', t.end.regenerate, { kind: 'small' });
  button.onclick = runAgain;
  return button;
}
