import './pending.css';
import { h, listen, type Updatable } from '../base/dom.ts';
import { textNodes } from '../base/stacks.ts';
import { createFileList } from '../files/file_list.ts';
import { t } from '../strings/chat.ts';
import { common } from '../strings/common.ts';
import type { OutboxEntry } from '../thread/outbox.ts';
import { button } from '../ui/button.ts';
import { createAppContext } from './app_contexts.ts';
import { createMessageEditor, type MessageEditor } from './message_editor.ts';

export interface PendingActions {
  retry(id: string): void;
  discard(id: string): void;
  hold(id: string, draft: string): void;
  rewrite(id: string, text: string): void;
}

/** A message that the server has not accepted yet. */
export function createPending(first: OutboxEntry, actions: PendingActions): Updatable<OutboxEntry> {
  const { id, text } = first;
  let editor: MessageEditor | null = null;
  const note = h('span', { class: 'pending__note' });
  const retry = button(common.tryAgain, { kind: 'text' });
  const edit = button(common.edit, { kind: 'text' });
  const discard = button(common.remove, { kind: 'text' });
  const bubble = h(
    'div',
    { class: 'message__bubble' },
    h('p', { dir: 'auto' }, ...textNodes(text)),
  );
  const state = h('div', { class: 'pending__state' }, note, retry, edit, discard);
  const element = h(
    'article',
    { class: 'message message--user pending' },
    h('h2', { class: 'visually-hidden' }, t.message.notSent),
    createFileList(first.files, t.attached),
    bubble,
    ...first.contexts.map((context) => createAppContext(context)),
    state,
  );

  const close = (): void => {
    editor?.element.remove();
    editor = null;
    bubble.hidden = false;
    state.hidden = false;
  };
  const open = (draft: string): void => {
    bubble.hidden = true;
    state.hidden = true;
    editor = createMessageEditor({
      text: draft,
      saveLabel: common.save,
      write: (changed) => actions.hold(id, changed),
      save: (changed) => actions.rewrite(id, changed),
      cancel() {
        close();
        edit.focus();
        actions.retry(id);
      },
    });
    element.append(editor.element);
  };
  listen(retry, 'click', () => actions.retry(id));
  listen(edit, 'click', () => {
    open(text);
    editor?.focus();
    actions.hold(id, text);
  });
  listen(discard, 'click', () => actions.discard(id));

  const update = ({ stage }: OutboxEntry): void => {
    const isGone = stage.name === 'sent' || stage.name === 'accepted';
    element.dataset['stage'] = stage.name;
    note.textContent = noteOf(stage);
    retry.hidden = stage.name !== 'failed';
    edit.hidden = isGone;
    discard.hidden = isGone;
    // A reload, or a visit to another chat, interrupted the edit.
    if (stage.name === 'editing' && editor === null) open(stage.draft);
  };
  update(first);
  return {
    element,
    update,
  };
}

function noteOf(stage: OutboxEntry['stage']): string {
  switch (stage.name) {
    case 'waiting':
    case 'editing':
    case 'held':
      return t.message.waiting;
    case 'sent':
    case 'accepted':
      return t.message.sending;
    case 'failed':
      return stage.problem;
  }
}
