import { h } from '../../base/dom.ts';
import { t } from '../../strings/calls.ts';
import { button } from '../../ui/button.ts';
import { createTextView } from './text.ts';
import { splitLogs } from './traceback.ts';

export interface LogsView {
  readonly element: HTMLElement;
  /** Shows these logs, appending if they continue the last ones. */
  show(logs: string): void;
}

/** Longer logs, in lines or characters, are cut until the reader asks for all of them. */
const MAX_LINES = 40;
const MAX_CHARS = 8_000;

/** What a program printed, then, folded, the error it ended with. */
export function createLogsView(): LogsView {
  const printed = createTextView(t.logs, 'tool-text');
  const all = button('', { kind: 'text', hidden: true });
  const summary = h('summary', { class: 'tool-failure__summary' });
  const traceback = createTextView(t.traceback, 'tool-text');
  const failure = h('details', { class: 'tool-failure', hidden: true }, summary, traceback.element);
  let text = '';
  let isWhole = false;

  const showPrinted = (): void => {
    const cut = isWhole ? text.length : cutAt(text);
    printed.show(text.slice(0, cut));
    printed.element.hidden = text === '';
    all.hidden = cut >= text.length;
    if (!all.hidden) all.textContent = t.allLines(lineCount(text));
  };
  all.onclick = () => {
    isWhole = true;
    showPrinted();
    printed.element.focus();
  };

  return {
    element: h('div', { class: 'tool-logs' }, printed.element, all, failure),
    show(logs) {
      const { printed: next, error } = splitLogs(logs);
      if (next !== text || next === '') {
        text = next;
        showPrinted();
      }
      failure.hidden = error === null;
      if (error === null) return;
      summary.textContent = error.summary;
      traceback.show(error.traceback);
    },
  };
}

/** Returns where the shown part ends: after a whole line, unless the first is longer than the
 * limit. */
function cutAt(text: string): number {
  let end = -1;
  for (let line = 0; line < MAX_LINES; line += 1) {
    const next = text.indexOf('\n', end + 1);
    if (next === -1) return Math.min(text.length, MAX_CHARS);
    if (next > MAX_CHARS) return end > 0 ? end : MAX_CHARS;
    end = next;
  }
  return end === text.length - 1 ? text.length : end;
}

function lineCount(text: string): number {
  const trimmed = text.endsWith('\n') ? text.slice(0, -1) : text;
  return trimmed.split('\n').length;
}
