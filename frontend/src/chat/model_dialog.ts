import './model_dialog.css';
import { h, listen, setText } from '../base/dom.ts';
import type { ModelInfo, ModelList } from '../protocol.ts';
import { locale } from '../strings/locale.ts';
import { t } from '../strings/model_dialog.ts';
import { openDialog } from '../ui/dialog.ts';

export interface ModelDialogOptions {
  /** The assistant's own model; empty if the server chooses it. */
  readonly own: string;
  /** The one that was chosen for the chat; empty is the assistant's own. */
  readonly chosen: string;
  load(): Promise<ModelList>;
  /** Resolves to why the model could not be stored; null if it is. Empty is the assistant's own. */
  choose(model: string): Promise<string | null>;
}

interface Row {
  readonly model: string;
  readonly label: string;
  readonly note: string;
  /** What was typed as it is, and is none of the others. */
  readonly isTyped?: boolean;
}

const DAY = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });

/**
 * Chooses the model of a chat: the assistant's own first, then those that the server lists, and any
 * that is typed. https://www.w3.org/WAI/ARIA/apg/patterns/combobox/: the focus stays in the field.
 *
 *     dialog > div.model-dialog
 *       input.model-dialog__input
 *       p.model-dialog__status       how many there are, or why none is listed
 *       div.model-dialog__list
 *         div.model-dialog__row*     name, and until when the server has it
 */
export function openModelDialog({ own, chosen, load, choose }: ModelDialogOptions): void {
  let list: ModelList | null = null;
  let rows: readonly Row[] = [];
  let active = 0;
  const input = h('input', {
    class: 'model-dialog__input',
    type: 'text',
    role: 'combobox',
    'aria-label': t.find,
    'aria-controls': 'model-list',
    'aria-expanded': true,
    'aria-autocomplete': 'list',
    'aria-describedby': 'model-status',
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
    maxlength: 256,
    placeholder: t.find,
  });
  const status = h('p', { class: 'model-dialog__status', id: 'model-status', role: 'status' });
  const problem = h('p', { class: 'model-dialog__problem', role: 'alert', hidden: true });
  const options = h('div', {
    class: 'model-dialog__list',
    id: 'model-list',
    role: 'listbox',
    'aria-label': t.models,
  });

  const mark = (index: number): void => {
    active = index;
    const shown = [...options.children];
    for (const [place, option] of shown.entries()) {
      option.setAttribute('aria-selected', String(place === index));
    }
    shown[index]?.scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', shown[index]?.id ?? '');
  };
  const take = async (row: Row | undefined): Promise<void> => {
    if (row === undefined) return;
    problem.hidden = true;
    const why = await choose(row.model);
    if (why === null) {
      dialog.close();
      return;
    }
    setText(problem, why);
    problem.hidden = false;
  };
  const draw = (): void => {
    const typed = input.value.trim();
    rows = rowsOf(own, chosen, list?.listed ?? [], typed);
    options.replaceChildren(
      ...rows.map((row, index) => {
        const option = h(
          'div',
          { class: 'model-dialog__row', role: 'option', id: `model-${index}` },
          h('span', { class: 'model-dialog__name' }, row.label),
          row.model === chosen && h('span', { class: 'model-dialog__note' }, t.chosen),
          row.note !== '' && h('span', { class: 'model-dialog__note' }, row.note),
        );
        listen(option, 'click', () => void take(row));
        return option;
      }),
    );
    setText(status, statusOf(list));
    const place =
      typed === ''
        ? rows.findIndex(({ model }) => model === chosen)
        : rows.findIndex(({ label, isTyped }) => label === typed && !isTyped);
    mark(Math.max(place, 0));
  };

  listen(input, 'input', draw);
  listen(input, 'keydown', (event) => {
    if (event.isComposing) return;
    const last = rows.length - 1;
    if (event.key === 'ArrowDown') mark(active < last ? active + 1 : 0);
    else if (event.key === 'ArrowUp') mark(active > 0 ? active - 1 : last);
    else if (event.key === 'Enter') void take(rows[active]);
    else return;
    event.preventDefault();
  });
  const dialog = openDialog({
    title: t.title,
    note: t.note,
    content: [h('div', { class: 'model-dialog' }, input, status, problem, options)],
  });
  draw();
  input.focus();
  void load().then((found) => {
    list = found;
    draw();
  });
}

/** Returns what can be chosen, whatever is typed being one of it. */
function rowsOf(
  own: string,
  chosen: string,
  listed: readonly ModelInfo[],
  typed: string,
): readonly Row[] {
  const words = typed.toLowerCase().split(/\s+/);
  const noteOf = (model: string): string =>
    shutdownNote(listed.find(({ id }) => id === model)?.shutdown ?? null);
  const isFound = (model: string): boolean =>
    words.every((word) => model.toLowerCase().includes(word));
  const isListed = (model: string): boolean => listed.some(({ id }) => id === model);
  const unlisted = (model: string): readonly Row[] =>
    model === '' || model === own || isListed(model)
      ? []
      : [{ model, label: model, note: t.notListed }];
  const rows: readonly Row[] = [
    { model: '', label: own || t.upToServer, note: t.own(noteOf(own)) },
    ...unlisted(chosen),
    ...listed
      .filter(({ id }) => id !== own)
      .map(({ id }) => ({ model: id, label: id, note: noteOf(id) })),
    // The last, since most who type look for one that is listed.
    ...(typed === chosen ? [] : unlisted(typed)).map((row) => ({ ...row, isTyped: true })),
  ];
  return rows.filter(({ label }) => isFound(label));
}

function statusOf(list: ModelList | null): string {
  if (list === null) return t.asking;
  if (list.fallback || list.listed.length === 0) {
    return t.typeName(list.problem ?? '').trim();
  }
  return t.count(list.listed.length);
}

/** Returns when the server switches the model off; empty where it does not tell. */
export function shutdownNote(day: string | null): string {
  if (day === null) return '';
  const isOver = day <= new Date().toISOString().slice(0, 10);
  const date = DAY.format(new Date(day));
  return isOver ? t.switchedOff(date) : t.until(date);
}
