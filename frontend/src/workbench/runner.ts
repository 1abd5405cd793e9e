import { h, listen, setText, type View } from '../base/dom.ts';
import type { KeyValues } from '../base/storage.ts';
import type { ToolAnswer, ToolInfo, ToolRun } from '../protocol.ts';
import { type Api, ApiProblem } from '../server/api.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/workbench.ts';
import { durationLabel } from '../tool_call/label.ts';
import { isToolItem } from '../tool_call/tool_call.ts';
import { button } from '../ui/button.ts';
import { createArgumentForm } from './argument_form.ts';
import { draft, keep, keepDraft, kept } from './kept.ts';
import { createResult } from './result.ts';
import { createSnippets } from './snippet_view.ts';

export interface Runner extends View {
  /** Shows these arguments in place of the present ones. */
  use(source: string): void;
}

/** Calls a tool with no model: its arguments, Run and Stop, and what comes of it. */
export function createRunner(
  api: Pick<Api, 'runTool' | 'session'>,
  tool: ToolInfo,
  storage: KeyValues,
): Runner {
  const last = kept(storage, tool.name);
  const given = createArgumentForm(tool.form, draft(storage, tool.name) ?? last.arguments);
  const run = button(t.run.run, { kind: 'primary', type: 'submit' });
  const stop = button(common.stop, { kind: 'danger', hidden: true });
  const status = h('p', { class: 'workbench-hint', role: 'status' });
  const problem = h('p', { class: 'workbench-problem', role: 'alert' });
  const result = createResult(
    (sentence) => setText(status, sentence),
    (given) => goOn(given),
  );
  const snippets = createSnippets(api, tool, () => {
    const source = given.read();
    return source === null ? null : { source, hasFailed: hasFailed(shown) && source === shownWith };
  });
  const form = h(
    'form',
    { class: 'workbench-form', novalidate: true },
    given.element,
    h('div', { class: 'workbench-buttons' }, run, stop, status),
    problem,
  );
  let shown = last.run;
  let shownWith = last.arguments;
  let { answers } = last;
  let running: AbortController | null = null;

  const setRunning = (call: AbortController | null): void => {
    const focused = document.activeElement;
    const isRunning = call !== null;
    running = call;
    run.hidden = isRunning;
    stop.hidden = !isRunning;
    if (focused === run || focused === stop) (isRunning ? stop : run).focus();
  };
  const show = (next: ToolRun): void => {
    shown = next;
    result.update(next);
  };
  /** The function is called again from its start, and gets the answers where it asks; the call of
   * another server goes on where it was. */
  const goOn = (given: ToolAnswer): void => {
    if (running !== null) return;
    const id = shown?.item.id;
    void call(shownWith, [...answers, given], id, shown?.continues ?? null);
    stop.focus();
  };
  /** `id` is that of the card, if it goes on. */
  const call = async (
    source: string,
    given: readonly ToolAnswer[] = [],
    id?: string,
    continues: string | null = null,
  ): Promise<void> => {
    answers = given;
    const controller = new AbortController();
    setRunning(controller);
    setText(problem, '');
    setText(status, t.run.running);
    shownWith = source;
    shown = null;
    try {
      const { timeZone: timezone } = Intl.DateTimeFormat().resolvedOptions();
      const { language: locale } = navigator;
      const request = { arguments: source, timezone, locale, answers, continues };
      const same = (next: ToolRun): void =>
        show(id === undefined ? next : { ...next, item: { ...next.item, id } });
      await api.runTool(tool.name, request, same, controller.signal);
      setText(status, shown === null ? '' : outcome(shown));
    } catch (error) {
      if (controller.signal.aborted) {
        setText(status, common.stopped);
      } else {
        setText(status, '');
        if (!(error instanceof ApiProblem)) throw error;
        setText(problem, error.message);
      }
      giveUp();
    } finally {
      if (running === controller) setRunning(null);
    }
    keep(storage, tool.name, { arguments: source, run: shown, answers });
  };
  const giveUp = (): void => {
    if (shown?.told === null) show({ ...shown, item: { ...shown.item, status: 'cancelled' } });
  };

  listen(form, 'submit', (event) => {
    event.preventDefault();
    const source = running === null ? given.read() : null;
    if (source !== null) void call(source);
  });
  listen(stop, 'click', () => running?.abort());
  if (shown !== null) {
    result.update(shown);
    setText(status, t.run.last(outcome(shown)));
  }
  run.disabled = tool.unavailable !== null;
  const saveDraft = (): void => {
    const text = given.draft();
    if (text !== null) keepDraft(storage, tool.name, text);
  };
  const stopListening = listen(window, 'pagehide', saveDraft);

  return {
    element: h('div', { class: 'workbench-runner' }, form, result.element, snippets),
    use(source) {
      given.show(source);
      given.focus();
    },
    dispose() {
      saveDraft();
      stopListening();
      running?.abort();
      result.dispose?.();
    },
  };
}

function outcome({ item }: ToolRun): string {
  if (!isToolItem(item)) return '';
  const took = item.duration_ms === null ? null : durationLabel(item.duration_ms);
  if (item.status === 'cancelled') return common.stopped;
  if (item.status === 'awaiting_approval') return t.run.asks;
  return item.status === 'completed' ? t.run.done(took) : t.run.failed(took);
}

function hasFailed(run: ToolRun | null): boolean {
  return run?.item.status === 'failed';
}
