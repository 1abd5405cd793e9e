import './message.css';
import './user_message.css';
import { h, listen, type Updatable } from '../base/dom.ts';
import { textNodes } from '../base/stacks.ts';
import { createFileList } from '../files/file_list.ts';
import type { UserMessage } from '../protocol.ts';
import { t } from '../strings/chat.ts';
import { common } from '../strings/common.ts';
import type { Draft } from '../thread/drafts.ts';
import { iconButton } from '../ui/button.ts';
import { createCopyButton } from '../ui/copy.ts';
import { createAppContext } from './app_contexts.ts';
import type { ItemEntry } from './entries.ts';
import { createMessageEditor, type MessageEditor } from './message_editor.ts';
import { createPager, type PagerView, type SwitchTo } from './pager.ts';

export interface UserMessageActions {
  edit(itemId: string, text: string): void;
  readonly switchTo: SwitchTo;
  /** The unsent edit of a message. */
  editDraft(itemId: string): Draft;
}

export interface UserMessageEntry extends Omit<ItemEntry, 'item'> {
  readonly item: UserMessage;
}

/** A message of the reader's, and its editor. */
export function createUserMessage(
  first: UserMessageEntry,
  actions: UserMessageActions,
): Updatable<UserMessageEntry> {
  let entry = first;
  let editor: MessageEditor | null = null;
  const text = h('p', { dir: 'auto' });
  const bubble = h('div', { class: 'message__bubble' }, text);
  const copy = createCopyButton(() => entry.item.text);
  const edit = iconButton('pencil', common.edit, { kind: 'small', class: 'message__edit' });
  /** Most messages have one version only. */
  let pager: PagerView | null = null;
  const toolbar = h('div', { class: 'actions' }, h('div', { class: 'actions__quiet' }, copy, edit));
  const element = h(
    'article',
    { class: 'message message--user' },
    h('h2', { class: 'visually-hidden' }, t.you),
    createFileList(first.item.files, t.attached),
    bubble,
    ...first.item.contexts.map((context) => createAppContext(context)),
    toolbar,
  );

  const close = (): void => {
    editor?.element.remove();
    editor = null;
    bubble.hidden = false;
    toolbar.hidden = false;
  };
  const open = (): void => {
    const { id } = entry.item;
    const draft = actions.editDraft(id);
    bubble.hidden = true;
    toolbar.hidden = true;
    editor = createMessageEditor({
      text: draft.read() || entry.item.text,
      saveLabel: common.send,
      write: draft.write,
      save(changed) {
        draft.write('');
        close();
        actions.edit(id, changed);
      },
      cancel() {
        draft.write('');
        close();
        edit.focus();
      },
    });
    element.append(editor.element);
  };
  listen(edit, 'click', () => {
    open();
    editor?.focus();
  });

  const update = (next: UserMessageEntry): void => {
    entry = next;
    if (text.textContent !== next.item.text) text.replaceChildren(...textNodes(next.item.text));
    edit.disabled = next.isBusy;
    if (next.branch !== null && pager === null) {
      pager = createPager(actions.switchTo);
      toolbar.append(pager.element);
    }
    pager?.update(next.branch, next.isBusy);
  };
  update(first);
  // A reload interrupted the edit.
  if (actions.editDraft(first.item.id).read() !== '') open();
  return { element, update };
}
