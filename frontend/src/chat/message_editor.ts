import './message_editor.css';
import { h, listen, type View } from '../base/dom.ts';
import { createFrame } from '../base/time.ts';
import { t } from '../strings/chat.ts';
import { common } from '../strings/common.ts';
import { button } from '../ui/button.ts';
import { fitHeight, isSendKey } from '../ui/message_input.ts';

export interface MessageEditorOptions {
  readonly text: string;
  readonly saveLabel: string;
  /** Called on every change of the text. */
  write?(text: string): void;
  save(text: string): void;
  cancel(): void;
}

export interface MessageEditor extends View {
  focus(): void;
}

/** Edits a message in its place: Enter saves, as in the composer; Escape cancels. */
export function createMessageEditor(options: MessageEditorOptions): MessageEditor {
  const input = h('textarea', {
    class: 'message-editor__input',
    rows: 1,
    dir: 'auto',
    'aria-label': t.message.edit,
  });
  input.value = options.text;
  const cancel = button(common.cancel, { kind: 'quiet' });
  const save = button(options.saveLabel, { kind: 'primary', type: 'submit' });
  const element = h(
    'form',
    { class: 'message-editor' },
    input,
    h('div', { class: 'message-editor__buttons' }, cancel, save),
  );
  // An editor that opens while the page loads gets its width only when it is on the page.
  createFrame(() => fitHeight(input)).request();
  const submit = (): void => {
    const text = input.value.trim();
    if (text !== '') options.save(text);
  };
  listen(element, 'submit', (event) => {
    event.preventDefault();
    submit();
  });
  listen(cancel, 'click', options.cancel);
  listen(input, 'input', () => {
    options.write?.(input.value);
    save.disabled = input.value.trim() === '';
    fitHeight(input);
  });
  listen(input, 'keydown', (event) => {
    if (isSendKey(event)) {
      event.preventDefault();
      submit();
    } else if (event.key === 'Escape' && !event.isComposing) {
      event.preventDefault();
      options.cancel();
    }
  });
  return {
    element,
    focus() {
      fitHeight(input);
      input.focus();
      input.setSelectionRange(input.value.length, input.value.length);
    },
  };
}
