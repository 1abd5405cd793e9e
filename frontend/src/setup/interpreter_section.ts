import { h, listen } from '../base/dom.ts';
import type { CodeInterpreterState, SetupState } from '../protocol.ts';
import { type Api, ApiProblem } from '../server/api.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/setup.ts';
import { button } from '../ui/button.ts';
import { progressBar } from '../ui/progress.ts';
import { createFrame } from './frame.ts';
import { problemText, type Section, type SetupPage } from './section.ts';
import { missingTool } from './tools.ts';

const MARKS: Readonly<
  Record<CodeInterpreterState['state'], readonly [mark: string, text: string]>
> = {
  hosted: ['done', t.interpreter.atUpstream],
  ready: ['done', t.ready],
  preparing: ['optional', t.interpreter.preparing],
  unavailable: ['problem', t.interpreter.unavailable],
};

/** Whether and where code can run, and what confines it. There is nothing to set. */
export function createInterpreterSection(
  api: Pick<Api, 'retryCodeInterpreter'>,
  page: SetupPage,
): Section {
  const mark = h('span', { class: 'setup-mark' });
  const text = h('p', { class: 'setup-hint' });
  const progress = progressBar(t.interpreter.prepared);
  const note = h('p', { class: 'setup-hint setup-warning' });
  const retry = button(common.tryAgain, { hidden: true });
  const problem = h('p', { class: 'setup-problem', role: 'alert' });
  const element = createFrame(
    'setup-interpreter',
    t.interpreter.title,
    mark,
    h('div', { class: 'setup-form' }, text, progress, note, retry, problem),
  );
  listen(retry, 'click', async () => {
    problem.textContent = '';
    try {
      page.onState((await api.retryCodeInterpreter()).state);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      problem.textContent = problemText(error);
    }
  });
  return {
    element,
    update(state) {
      const { state: name, progress: share } = state.code_interpreter;
      [mark.dataset['mark'], mark.textContent] = MARKS[name];
      text.textContent = explanation(state.code_interpreter);
      progress.hidden = name !== 'preparing';
      if (share === null) progress.removeAttribute('value');
      else progress.value = share;
      note.textContent = noteOf(state);
      note.hidden = note.textContent === '';
      retry.hidden = !state.code_interpreter.can_be_retried;
    },
  };
}

function explanation({ state, isolation, detail }: CodeInterpreterState): string {
  switch (state) {
    case 'hosted':
      return t.interpreter.hosted;
    case 'ready':
      return t.interpreter.here(isolation);
    case 'preparing':
      return t.interpreter.starting(detail);
    case 'unavailable':
      return t.interpreter.unavailableHere;
  }
}

function noteOf(state: SetupState): string {
  const { state: name, detail } = state.code_interpreter;
  if (name === 'unavailable') return detail ?? '';
  return missingTool(state, 'code_interpreter');
}
