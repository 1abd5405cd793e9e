import { h, listen } from '../../dom.ts';
import type { OutboxEntry } from '../../outbox.ts';
import { createFileList } from '../file_list.ts';
import type { Updatable } from './entry_view.ts';

export interface PendingActions {
  retry(id: string): void;
  discard(id: string): void;
}

/** A message of the visitor's that the server has not taken yet. */
export function createPending(first: OutboxEntry, actions: PendingActions): Updatable<OutboxEntry> {
  const note = h('span', { class: 'pending__note' });
  const retry = h('button', { class: 'pending__action', type: 'button' }, 'Try again');
  const discard = h('button', { class: 'pending__action', type: 'button' }, 'Remove');
  const files = createFileList(first.files, 'Attached files');
  const element = h(
    'article',
    { class: 'message message--user pending' },
    h('h2', { class: 'visually-hidden' }, 'You, not sent yet'),
    files.element,
    h('p', { class: 'message__bubble' }, first.text),
    h('div', { class: 'pending__state' }, note, retry, discard),
  );
  const removers = [
    listen(retry, 'click', () => actions.retry(first.id)),
    listen(discard, 'click', () => actions.discard(first.id)),
  ];

  const update = ({ stage }: OutboxEntry): void => {
    element.dataset['stage'] = stage.name;
    note.textContent = noteOf(stage);
    retry.hidden = stage.name !== 'failed';
    discard.hidden = stage.name === 'sent' || stage.name === 'accepted';
  };
  update(first);
  return {
    element,
    update,
    dispose() {
      files.dispose();
      for (const remove of removers) remove();
    },
  };
}

function noteOf(stage: OutboxEntry['stage']): string {
  switch (stage.name) {
    case 'waiting':
    case 'held':
      return 'Waiting to be sent';
    case 'sent':
    case 'accepted':
      return 'Sending…';
    case 'failed':
      return stage.problem;
  }
}
