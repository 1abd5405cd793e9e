import './run_end.css';
import { h, listen, type View } from '../base/dom.ts';
import { at } from '../base/root.ts';
import type { Run } from '../protocol.ts';
import { t } from '../strings/chat.ts';
import { common } from '../strings/common.ts';
import { button } from '../ui/button.ts';

export interface RunEndView extends View {
  /** Null if the run completed. `canRetry`: there is a way to try again. */
  update(run: Run | null, canRetry: boolean, isBusy: boolean): void;
}

/** Errors that the reader can fix on the setup page. */
const SETUP_CODES: ReadonlySet<string> = new Set([
  'upstream_auth',
  'upstream_not_found',
  'upstream_unreachable',
  'setup_incomplete',
]);

/** How a run ended that did not complete. Its button is named as the sentences of failures name it. */
export function createRunEnd(tryAgain: () => void): RunEndView {
  const text = h('p', { class: 'run-end__text' });
  const setup = h('a', { class: 'button', href: at('/setup') }, t.end.setup);
  const retry = button(common.tryAgain);
  const element = h(
    'div',
    { class: 'run-end' },
    text,
    h('div', { class: 'run-end__actions' }, setup, retry),
  );
  listen(retry, 'click', tryAgain);
  return {
    element,
    update(run, canRetry, isBusy) {
      element.hidden = run === null;
      if (run === null) return;
      element.classList.toggle('run-end--error', isError(run));
      text.textContent = runEndText(run);
      setup.hidden = run.error === null || !SETUP_CODES.has(run.error.code);
      retry.hidden = !canRetry;
      retry.disabled = isBusy;
    },
  };
}

export function runEndText(run: Run): string {
  const wait = run.error?.retry_after_s;
  const when = wait == null ? '' : t.end.again(Math.max(1, Math.ceil(wait)));
  if (run.error !== null) return run.error.message + when;
  switch (run.status) {
    case 'cancelled':
      return common.stopped;
    case 'incomplete':
      return t.end.cutOff;
    case 'expired':
      return t.end.expired;
    default:
      return t.end.failed;
  }
}

function isError(run: Run): boolean {
  return run.status === 'failed' || run.status === 'expired';
}
