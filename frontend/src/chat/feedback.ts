import './feedback.css';
import { h, listen, type Updatable } from '../base/dom.ts';
import type { FeedbackUpdate, Run } from '../protocol.ts';
import { type Api, ApiProblem } from '../server/api.ts';
import { t } from '../strings/chat.ts';
import { button, iconButton } from '../ui/button.ts';

/** Stores what the reader thinks of a run's answer; null takes it back. Resolves to why that failed;
 * null if it is done. The thread's events tell what is stored. */
export type Rate = (runId: string, feedback: FeedbackUpdate | null) => Promise<string | null>;

export function createRate(api: Pick<Api, 'rate'>, threadId: () => string | null): Rate {
  return async (runId, feedback) => {
    const id = threadId();
    if (id === null) return null;
    try {
      await api.rate(id, runId, feedback);
      return null;
    } catch (error) {
      if (error instanceof ApiProblem) return error.message;
      throw error;
    }
  };
}

type Rating = FeedbackUpdate['rating'];

const COMMENT = {
  title: t.feedback.title,
  note: t.feedback.note,
  maxLength: 4_000,
} as const;

/** Thumbs up and down. The chosen one pressed again takes it back; once one is chosen, a comment can be
 * added. `tell` shows why something failed, or with null that nothing did.
 *
 *     div.feedback: thumbs up, thumbs down, comment
 */
export function createFeedback(
  first: Run,
  rate: Rate,
  tell: (problem: string | null) => void,
): Updatable<Run> {
  let run = first;
  const thumb = (rating: Rating, label: string): HTMLButtonElement => {
    const element = iconButton(rating === 'up' ? 'thumbUp' : 'thumbDown', label, {
      kind: 'small',
      class: 'feedback__rating',
      'aria-pressed': false,
    });
    listen(element, 'click', async () => {
      const { feedback } = run;
      const isChosen = feedback?.rating === rating;
      tell(await rate(run.id, isChosen ? null : { rating, comment: feedback?.comment ?? '' }));
    });
    return element;
  };
  const up = thumb('up', t.feedback.good);
  const down = thumb('down', t.feedback.bad);
  const comment = button('', { kind: 'text', class: 'feedback__comment' });
  const element = h(
    'div',
    { class: 'feedback', role: 'group', 'aria-label': t.feedback.label },
    up,
    down,
    comment,
  );
  listen(comment, 'click', async () => {
    const { openTextDialog } = await import('../ui/text_dialog.ts');
    openTextDialog({
      ...COMMENT,
      text: run.feedback?.comment ?? '',
      save: (text) => rate(run.id, { rating: run.feedback?.rating ?? 'up', comment: text }),
    });
  });
  const update = (next: Run): void => {
    run = next;
    const { feedback } = next;
    up.setAttribute('aria-pressed', String(feedback?.rating === 'up'));
    down.setAttribute('aria-pressed', String(feedback?.rating === 'down'));
    comment.hidden = feedback === null;
    comment.textContent = feedback?.comment ? t.feedback.change : t.feedback.add;
    comment.title = feedback?.comment ?? '';
  };
  update(first);
  return { element, update };
}
