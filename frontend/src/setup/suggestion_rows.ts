import './suggestion_rows.css';
import { h, listen } from '../base/dom.ts';
import type { Suggestion } from '../protocol.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/setup_assistants.ts';
import { button, iconButton } from '../ui/button.ts';
import { createNotes } from './field.ts';

const MAX_SUGGESTIONS = 8;

export interface SuggestionRows {
  readonly element: HTMLElement;
  /** Those in which something is written. */
  read(): readonly Required<Suggestion>[];
  write(suggestions: readonly Suggestion[]): void;
  setError(message: string | null): void;
  focus(): void;
}

interface Row {
  readonly element: HTMLElement;
  readonly title: HTMLInputElement;
  readonly prompt: HTMLTextAreaElement;
  readonly remove: HTMLButtonElement;
}

/**
 * The questions that an empty chat suggests, a row for each.
 *
 *     fieldset.suggestion-rows
 *       ol > li.suggestion-rows__row*
 *         input title, textarea prompt, button that removes it
 *       button that adds one
 */
export function createSuggestionRows(onChange: () => void): SuggestionRows {
  let rows: readonly Row[] = [];
  const list = h('ol', { class: 'suggestion-rows__list' });
  const add = button(t.start.add);
  const notes = createNotes('setup-suggestions');
  const element = h(
    'fieldset',
    { class: 'suggestion-rows', 'aria-describedby': notes.ids },
    h('legend', { class: 'setup-label' }, t.start.suggestions),
    list,
    add,
    notes.element,
  );

  const draw = (): void => {
    for (const [index, row] of rows.entries()) {
      row.title.setAttribute('aria-label', t.start.titleOf(index + 1));
      row.prompt.setAttribute('aria-label', t.start.question(index + 1));
      row.remove.setAttribute('aria-label', t.start.remove(index + 1));
    }
    list.replaceChildren(...rows.map((row) => row.element));
    add.hidden = rows.length >= MAX_SUGGESTIONS;
    onChange();
  };
  const show = (next: readonly Row[]): void => {
    rows = next;
    notes.setError(null);
    draw();
  };
  const removeRow = (row: Row): void => {
    const index = rows.indexOf(row);
    show(rows.filter((each) => each !== row));
    (rows[Math.min(index, rows.length - 1)]?.remove ?? add).focus();
  };
  const rowOf = ({ title = '', prompt }: Suggestion): Row => {
    const row = {
      title: h('input', {
        class: 'setup-input',
        value: title,
        placeholder: common.title,
        maxlength: 80,
        dir: 'auto',
        autocomplete: 'off',
      }),
      prompt: h('textarea', {
        class: 'setup-input',
        rows: 2,
        placeholder: t.start.asked,
        maxlength: 2000,
        dir: 'auto',
      }),
      remove: iconButton('trash', common.remove),
    };
    row.prompt.value = prompt;
    const made = {
      ...row,
      element: h(
        'li',
        { class: 'suggestion-rows__row' },
        h('div', { class: 'suggestion-rows__texts' }, row.title, row.prompt),
        row.remove,
      ),
    };
    for (const field of [row.title, row.prompt]) {
      listen(field, 'input', () => {
        notes.setError(null);
        onChange();
      });
    }
    listen(row.remove, 'click', () => removeRow(made));
    return made;
  };
  listen(add, 'click', () => {
    show([...rows, rowOf({ prompt: '' })]);
    rows.at(-1)?.title.focus();
  });

  return {
    element,
    read: () =>
      rows
        .map(({ title, prompt }) => ({ title: title.value.trim(), prompt: prompt.value.trim() }))
        .filter(({ title, prompt }) => title !== '' || prompt !== ''),
    write: (suggestions) => show(suggestions.map(rowOf)),
    setError: notes.setError,
    focus() {
      const empty = rows.find(({ title, prompt }) => title.value !== '' && prompt.value === '');
      (empty?.prompt ?? rows[0]?.title ?? add).focus();
    },
  };
}
