import { h, listen } from '../../dom.ts';
import type { Run } from '../../protocol.ts';
import type { Entry } from './entries.ts';
import type { Updatable } from './entry_view.ts';

type RunEnd = Extract<Entry, { kind: 'run_end' }>;

/** Errors that are mended on the setup page. */
const SETUP_CODES: ReadonlySet<string> = new Set([
  'upstream_auth',
  'upstream_not_found',
  'upstream_unreachable',
  'setup_incomplete',
]);

/** How a run ended, where that is not simply with an answer. */
export function createRunEnd(first: RunEnd, ask: (question: string) => void): Updatable<RunEnd> {
  let entry = first;
  const element = h('div');
  const again = h('button', { class: 'button run-end__action', type: 'button' }, 'Ask again');
  const removeListener = listen(again, 'click', () => {
    if (entry.question !== null) ask(entry.question);
  });

  const show = ({ run }: RunEnd): void => {
    element.className = isError(run) ? 'run-end run-end--error' : 'run-end';
    const toSetup =
      run.error !== null &&
      SETUP_CODES.has(run.error.code) &&
      h('a', { class: 'button run-end__action', href: '/setup' }, 'Open setup');
    element.replaceChildren(
      h('p', { class: 'run-end__text' }, runEndText(run)),
      h('div', { class: 'run-end__actions' }, toSetup || '', again),
    );
  };
  show(entry);
  again.hidden = entry.question === null;

  return {
    element,
    update(next) {
      if (next.run !== entry.run) show(next);
      entry = next;
      again.hidden = next.question === null;
    },
    dispose: removeListener,
  };
}

export function runEndText(run: Run): string {
  const wait = run.error?.retry_after_s;
  const when = wait == null ? '' : ` Try again in ${seconds(wait)}.`;
  if (run.error !== null) return run.error.message + when;
  switch (run.status) {
    case 'cancelled':
      return 'Stopped.';
    case 'incomplete':
      return 'The answer was cut off before its end.';
    case 'expired':
      return 'The run took too long and expired. Ask again.';
    default:
      return 'The run failed. Ask again.';
  }
}

function isError(run: Run): boolean {
  return run.status === 'failed' || run.status === 'expired';
}

function seconds(value: number): string {
  const rounded = Math.max(1, Math.ceil(value));
  return rounded === 1 ? '1 second' : `${rounded} seconds`;
}
