import { h } from '../../base/dom.ts';
import { systemClock } from '../../base/time.ts';
import { createCodeView } from '../../markdown/page/code.ts';
import { sharedHighlighter } from '../../markdown/page/highlighter.ts';
import type { CodeInterpreterCall } from '../../protocol.ts';
import { t } from '../../strings/calls.ts';
import { type Body, section } from './body.ts';
import { createLogsView, type LogsView } from './logs.ts';

const LANGUAGES = { python: 'python', shell: 'bash', diff: 'diff' } as const;

/** The code, highlighted while it is written, and its output. */
export function createCodeBody(): Body<CodeInterpreterCall> {
  const disposal = new AbortController();
  const code = createCodeView({
    clock: systemClock,
    highlighter: sharedHighlighter,
    signal: disposal.signal,
  });
  const codeSection = section(t.code, code.element);
  const list = h('div', { class: 'tool-outputs' });
  const logsSection = section(t.logs, list);
  const shown: LogsView[] = [];
  return {
    element: h('div', {}, codeSection, logsSection),
    update(item) {
      code.show(item.code, LANGUAGES[item.language], item.status !== 'in_progress');
      codeSection.hidden = item.code === '';
      const logs = item.outputs.flatMap((output) => (output.type === 'logs' ? [output.logs] : []));
      logsSection.hidden = logs.every((text) => text === '');
      for (const gone of shown.splice(logs.length)) gone.element.remove();
      for (const [index, text] of logs.entries()) {
        const view = shown[index] ?? createLogsView();
        if (shown[index] === undefined) list.append(view.element);
        shown[index] = view;
        view.show(text);
      }
    },
    dispose: () => disposal.abort(),
  };
}
