import './text_dialog.css';
import { h, listen } from '../base/dom.ts';
import { common } from '../strings/common.ts';
import { button } from './button.ts';
import { openDialog } from './dialog.ts';

export interface TextDialogOptions {
  readonly title: string;
  /** What the text is for. */
  readonly note: string;
  readonly text: string;
  readonly maxLength: number;
  /** Resolves to why the text could not be saved; null if it is. */
  save(text: string): Promise<string | null>;
}

/** Asks for a longer text, and stays until that is saved or the reader leaves it. */
export function openTextDialog({ title, note, text, maxLength, save }: TextDialogOptions): void {
  const problem = h('p', { class: 'text-dialog__problem', role: 'alert', hidden: true });
  const field = h('textarea', {
    class: 'text-dialog__field',
    'aria-label': title,
    rows: 8,
    maxlength: maxLength,
    dir: 'auto',
  });
  field.value = text;
  const submit = button(common.save, { kind: 'primary', type: 'submit' });
  const cancel = button(common.cancel);
  const form = h(
    'form',
    { class: 'text-dialog' },
    field,
    problem,
    h('div', { class: 'text-dialog__actions' }, submit, cancel),
  );
  const dialog = openDialog({ title, note, content: [form] });
  let isSaving = false;
  const store = async (): Promise<void> => {
    isSaving = true;
    problem.hidden = true;
    const why = await save(field.value.trim());
    isSaving = false;
    if (why === null) {
      dialog.close();
      return;
    }
    problem.textContent = why;
    problem.hidden = false;
  };
  listen(form, 'submit', (event) => {
    event.preventDefault();
    if (!isSaving) void store();
  });
  listen(cancel, 'click', dialog.close);
  listen(field, 'keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit();
  });
  field.focus();
  field.setSelectionRange(text.length, text.length);
}
