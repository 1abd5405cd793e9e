import './composer.css';
import { h, listen, setText, type View } from '../base/dom.ts';
import { shortcut } from '../base/keys.ts';
import { systemClock } from '../base/time.ts';
import type { FilePart } from '../protocol.ts';
import { t } from '../strings/chat.ts';
import { common } from '../strings/common.ts';
import type { Draft } from '../thread/drafts.ts';
import { iconButton } from '../ui/button.ts';
import { entersLines, fitHeight, isSendKey } from '../ui/message_input.ts';
import type { AttachmentsView } from './attachments.ts';

export interface ComposerState {
  readonly isRunning: boolean;
  /** The run waits for the reader. */
  readonly isAsking: boolean;
  readonly isStopping: boolean;
  readonly isClosed: boolean;
}

export interface ComposerView extends View {
  readonly field: HTMLTextAreaElement;
  update(state: ComposerState): void;
  /** Puts a text in place of what is written. */
  fill(text: string): void;
  /** What stands in the empty field; empty is the page's own. */
  setPlaceholder(text: string): void;
  /** Says that a slash lists prompts. */
  offerPrompts(): void;
  focus(): void;
}

export interface ComposerActions {
  send(text: string, files: readonly FilePart[]): void;
  stop(): void;
  /** Opens the editor of the last message. */
  editLast(): void;
  /** Takes the focus from a button that goes. */
  leave(): void;
}

/** A double click on Send must not stop the run that it started. */
const STOP_AFTER_SEND_MS = 600;

export function createComposer(
  draft: Draft,
  actions: ComposerActions,
  attachments: Omit<AttachmentsView, 'dispose'>,
  choices: readonly HTMLElement[],
): ComposerView {
  const input = h('textarea', {
    class: 'composer__input',
    id: 'composer-input',
    rows: 1,
    dir: 'auto',
    placeholder: t.composer.placeholder,
    autocomplete: 'off',
    enterkeyhint: entersLines() ? 'enter' : 'send',
    'aria-keyshortcuts': shortcut('composer'),
    'aria-describedby': 'composer-hint',
  });
  const send = iconButton('send', t.composer.send, {
    kind: 'filled',
    type: 'submit',
    title: common.send,
  });
  const stop = iconButton('stop', common.stop, {
    kind: 'filled',
    class: 'composer__stop',
    hidden: true,
    'aria-keyshortcuts': shortcut('stop'),
  });
  const hint = h('p', { class: 'composer__hint', id: 'composer-hint' });
  const form = h(
    'form',
    { class: 'composer' },
    attachments.element,
    h(
      'div',
      { class: 'composer__box' },
      attachments.button,
      h('label', { class: 'visually-hidden', for: 'composer-input' }, t.composer.message),
      input,
      h('div', { class: 'composer__buttons' }, stop, send),
    ),
    h('div', { class: 'composer__foot' }, ...choices, hint),
  );
  let state: ComposerState = {
    isRunning: false,
    isAsking: false,
    isStopping: false,
    isClosed: false,
  };
  let sentAt = Number.NEGATIVE_INFINITY;
  /** Send the message as soon as its files are uploaded. */
  let isWanted = false;
  let hasPrompts = false;

  const show = (): void => {
    const isEmpty = message() === '';
    const leaves = document.activeElement === stop && (state.isStopping || !state.isRunning);
    stop.hidden = !state.isRunning;
    stop.disabled = state.isStopping;
    if (leaves) actions.leave();
    send.hidden = state.isRunning && isEmpty;
    send.disabled = state.isClosed || isEmpty || isWanted || attachments.obstacle !== null;
    input.disabled = state.isClosed;
    setText(hint, attachments.obstacle ?? hintText());
  };

  /** The message; if it has files but no text, a question about them. */
  const message = (): string => {
    const text = input.value.trim();
    if (text !== '' || attachments.count === 0) return text;
    return t.composer.about(attachments.count);
  };

  const hintText = (): string => {
    if (isWanted) return t.composer.afterUpload;
    if (input.value.trim() === '' && attachments.count > 0) {
      return t.composer.justSend(message());
    }
    if (state.isAsking) return t.composer.afterDecision;
    return state.isRunning ? t.composer.afterAnswer : t.composer.enter(entersLines(), hasPrompts);
  };

  const submit = (): void => {
    const text = message();
    if (text === '' || state.isClosed || attachments.obstacle !== null) return;
    isWanted = attachments.isUploading;
    if (isWanted) {
      show();
      return;
    }
    input.value = '';
    draft.write('');
    sentAt = systemClock.now();
    fitHeight(input);
    show();
    input.focus();
    actions.send(text, attachments.take());
  };

  listen(form, 'submit', (event) => {
    event.preventDefault();
    submit();
  });
  listen(input, 'keydown', (event) => {
    if (event.key === 'ArrowUp' && input.value === '' && !event.defaultPrevented) {
      event.preventDefault();
      actions.editLast();
    }
    if (!isSendKey(event)) return;
    event.preventDefault();
    submit();
  });
  listen(input, 'input', () => {
    isWanted = false;
    draft.write(input.value);
    fitHeight(input);
    show();
  });
  listen(input, 'paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    // A spreadsheet copies text and a picture of it. The text is what the reader means.
    if (event.clipboardData?.types.includes('text/plain')) return;
    event.preventDefault();
    attachments.add(files);
  });
  listen(stop, 'click', () => {
    if (systemClock.now() - sentAt >= STOP_AFTER_SEND_MS) actions.stop();
  });
  input.value = draft.read();
  show();

  return {
    element: form,
    field: input,
    update(next) {
      state = next;
      const isDue = isWanted && !attachments.isUploading;
      if (isDue) isWanted = false;
      show();
      if (isDue) submit();
    },
    fill(text) {
      input.value = text;
      draft.write(text);
      fitHeight(input);
      show();
    },
    setPlaceholder(text) {
      input.placeholder = text || t.composer.placeholder;
    },
    offerPrompts() {
      hasPrompts = true;
      show();
    },
    focus() {
      fitHeight(input);
      input.focus({ preventScroll: true });
    },
  };
}
