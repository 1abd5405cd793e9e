import './section.css';
import { type Child, h, listen } from '../base/dom.ts';
import type { SetupAnswer, SetupState } from '../protocol.ts';
import { ApiProblem } from '../server/api.ts';
import { t } from '../strings/setup.ts';
import { createFrame } from './frame.ts';

/** What a section needs of the page around it. */
export interface SetupPage {
  /** The new state, for all sections. */
  onState(state: SetupState): void;
}

export interface Section {
  readonly element: HTMLElement;
  update(state: SetupState): void;
  dispose?(): void;
}

/** The id of a section's heading. */
export function headingId(section: string): string {
  return `setup-${section}-title`;
}

/** Moves the view and the focus to a heading, and unfolds its section; returns false if there is none with this id. */
export function goTo(id: string): boolean {
  const heading = document.getElementById(id);
  const frame = heading?.closest('details');
  if (frame) frame.open = true;
  heading?.scrollIntoView({ block: 'start' });
  heading?.focus({ preventScroll: true });
  return heading !== null;
}

export type Mark = 'done' | 'missing' | 'problem' | 'optional';

/** Shows a problem at its field; returns false if it has no such field. */
export type ShowAtField = (field: string | null, message: string | null) => boolean;

export interface SectionForm {
  readonly element: HTMLElement;
  /** Null if the state is not known. */
  setMark(mark: Mark | null): void;
  /** Makes one change at a time and shows its progress and outcome below the form. */
  run(change: Change): Promise<ApiProblem | null>;
}

export interface Change {
  readonly progress: string;
  readonly done: string;
  readonly send: () => Promise<SetupAnswer>;
  /** Called before the sections get the new state. */
  readonly onSaved?: () => void;
}

export interface SectionOptions {
  readonly id: string;
  readonly title: string;
  readonly content: readonly Child[];
  readonly actions: readonly Child[];
  readonly page: SetupPage;
  readonly showAtField: ShowAtField;
  readonly onSubmit: () => void;
}

export function createSectionForm(options: SectionOptions): SectionForm {
  const { id, page, showAtField } = options;
  const mark = h('span', { class: 'setup-mark', hidden: true });
  const result = h('div', { class: 'setup-result', role: 'status' });
  const alert = h('div', { class: 'setup-alert', role: 'alert' });
  const form = h(
    'form',
    { class: 'setup-form', novalidate: true },
    ...options.content,
    h('div', { class: 'setup-actions' }, ...options.actions),
    result,
    alert,
  );
  const element = createFrame(id, options.title, mark, form);
  let busy = false;

  listen(form, 'submit', (event) => {
    event.preventDefault();
    if (!busy) options.onSubmit();
  });

  const setBusy = (value: boolean): void => {
    busy = value;
    form.setAttribute('aria-busy', String(value));
    // Unlike `disabled`, aria-disabled keeps the focus.
    for (const button of form.querySelectorAll('button')) {
      if (value) button.setAttribute('aria-disabled', 'true');
      else button.removeAttribute('aria-disabled');
    }
  };

  return {
    element,
    setMark(value) {
      mark.hidden = value === null;
      if (value === null) return;
      mark.textContent = t.marks[value];
      mark.dataset['mark'] = value;
    },
    async run(change) {
      if (busy) return null;
      setBusy(true);
      showAtField(null, null);
      alert.replaceChildren();
      result.replaceChildren(h('p', { class: 'setup-progress' }, change.progress));
      try {
        const answer = await change.send();
        setBusy(false);
        result.replaceChildren(
          h('p', { class: 'setup-done' }, change.done),
          ...answer.warnings.map((warning) => h('p', { class: 'setup-warning' }, warning)),
        );
        change.onSaved?.();
        page.onState(answer.state);
        return null;
      } catch (error) {
        if (!(error instanceof ApiProblem)) throw error;
        setBusy(false);
        result.replaceChildren();
        const message = atField(problemText(error), error.field);
        // A path such as tools.0 belongs to the field it begins with, if it has none of its own.
        const field = error.field?.split('.')[0] ?? null;
        if (!showAtField(error.field, message) && !showAtField(field, message)) {
          alert.replaceChildren(h('p', { class: 'setup-problem' }, message));
        }
        return error;
      }
    },
  };
}

/** Returns the words without the path of the field, which scripts need: they stand at the field. */
function atField(message: string, path: string | null): string {
  return path !== null && message.startsWith(`${path}: `)
    ? message.slice(path.length + 2).replace(/^(?:Input|String|List|Value) /, 'This ')
    : message;
}

/** Returns the problem in words, and when to try again. */
export function problemText({ message, retryAfterS }: ApiProblem): string {
  return retryAfterS === null ? message : t.tryAgainIn(message, Math.ceil(retryAfterS));
}
