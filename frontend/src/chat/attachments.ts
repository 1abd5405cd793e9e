import './attachments.css';
import { h, listen, type View } from '../base/dom.ts';
import { createPolling } from '../base/polling.ts';
import type { Clock } from '../base/time.ts';
import { contentUrl } from '../files/address.ts';
import { isPicture } from '../files/kind.ts';
import { sizeLabel } from '../files/size.ts';
import { type Transport, upload } from '../files/transport.ts';
import { createUploads, type Upload, type UploadStage } from '../files/uploads.ts';
import type { FileInfo, FileLimits, FilePart } from '../protocol.ts';
import { type Api, ApiProblem } from '../server/api.ts';
import { t } from '../strings/chat.ts';
import { common } from '../strings/common.ts';
import type { DraftFiles } from '../thread/drafts.ts';
import { iconButton, setIcon } from '../ui/button.ts';
import { icon } from '../ui/icon.ts';
import { createMenu, type MenuItem } from '../ui/menu.ts';
import { progressBar } from '../ui/progress.ts';

export interface AttachmentsView extends View {
  /** The button with the paper clip. */
  readonly button: HTMLElement;
  /** Some are being uploaded, and none has failed. */
  readonly isUploading: boolean;
  /** Why the message cannot be sent; null if it can be once the uploads are done. */
  readonly obstacle: string | null;
  readonly count: number;
  add(files: readonly File[]): void;
  /** Adds files that the server has read elsewhere. */
  adopt(files: readonly FileInfo[]): void;
  /** Offers these in a menu of the button, below the upload; none leave the upload alone. */
  offer(ways: readonly MenuItem[]): void;
  /** Removes and returns the files to send. */
  take(): readonly FilePart[];
  dispose(): void;
}

export interface AttachmentsOptions {
  readonly api: Pick<Api, 'deleteFile' | 'file' | 'fileLimits'>;
  readonly transport?: Transport;
  readonly clock?: Clock;
  /** Where files that are not sent outlive this view. */
  readonly draft: DraftFiles;
  onChange(): void;
}

const UPLOAD = { icon: 'upload', label: t.attach.upload } as const;

/** Files of the next message: chosen, dropped or pasted, and uploaded at once. */
export function createAttachments(options: AttachmentsOptions): AttachmentsView {
  const { api } = options;
  const list = h('ul', { class: 'attachments', 'aria-label': t.attached, hidden: true });
  const input = h('input', { type: 'file', multiple: true, hidden: true, tabindex: -1 });
  const button = iconButton('clip', t.attach.files);
  const chips = new Map<number, Chip>();
  let limits: FileLimits | null = null;
  let asked: Promise<FileLimits | null> | null = null;

  const show = (): void => {
    const present = new Set(uploads.entries.map(({ id }) => id));
    for (const [id, chip] of chips) {
      if (present.has(id)) continue;
      if (chip.element.contains(document.activeElement)) button.focus();
      chip.dispose();
      chips.delete(id);
    }
    for (const entry of uploads.entries) {
      const chip = chips.get(entry.id) ?? createChip(entry, uploads);
      chips.set(entry.id, chip);
      chip.update(entry);
      if (!chip.element.isConnected) list.append(chip.element);
    }
    list.hidden = chips.size === 0;
    options.draft.write(
      uploads.entries.flatMap(({ stage }) =>
        stage.name === 'done' ? [attachmentOf(stage.info)] : [],
      ),
    );
    if (beingRead().length > 0 && !wasBeingRead) polling.start();
    wasBeingRead = beingRead().length > 0;
    options.onChange();
  };
  const uploads = createUploads({
    purpose: 'attachment',
    transport: options.transport ?? upload,
    limits: () => {
      // Without limits the server refuses what it does not accept.
      asked ??= api.fileLimits().then(
        (known) => {
          limits = known;
          return known;
        },
        () => {
          asked = null;
          return null;
        },
      );
      return asked;
    },
    onChange: show,
    discard({ id }) {
      // No message refers to it: a file that stays only takes up space.
      api.deleteFile(id).catch(() => {});
    },
  });
  /** Documents that the server has not read yet. */
  const beingRead = (): readonly string[] =>
    uploads.entries.flatMap(({ stage }) =>
      stage.name === 'done' && stage.info.status === 'in_progress' ? [stage.info.id] : [],
    );
  let wasBeingRead = false;
  const look = async (): Promise<boolean> => {
    const asked = beingRead().map((id) =>
      api.file(id).then(uploads.update, (error: unknown) => {
        if (error instanceof ApiProblem && error.status === 404) forget(id);
      }),
    );
    await Promise.all(asked);
    return beingRead().length > 0;
  };
  const polling = createPolling(look, options.clock);
  /** The server no longer has the file. */
  const forget = (fileId: string): void => {
    for (const { id, stage } of uploads.entries) {
      if (stage.name === 'done' && stage.info.id === fileId) uploads.remove(id);
    }
  };
  const menu = createMenu();
  let ways: readonly MenuItem[] = [];
  listen(button, 'click', () => {
    if (ways.length === 0) input.click();
    else menu.open(button, t.attach.menu, [{ ...UPLOAD, choose: () => input.click() }, ...ways]);
  });
  listen(input, 'change', () => {
    uploads.add([...(input.files ?? [])]);
    // The same file may be chosen again.
    input.value = '';
  });

  const drafted = options.draft.read().map(infoOf);
  if (drafted.length > 0) {
    // The caller must have this view before it is told of a change.
    queueMicrotask(() => {
      uploads.restore(drafted);
      void look();
    });
  }

  return {
    element: h('div', {}, list, input, menu.element),
    button,
    get count() {
      return uploads.entries.length;
    },
    get isUploading() {
      const stages = uploads.entries.map(({ stage }) => stage.name);
      return stages.some((name) => name !== 'done') && !stages.includes('failed');
    },
    get obstacle() {
      return obstacleOf(uploads.entries, limits);
    },
    add: uploads.add,
    adopt: uploads.adopt,
    offer(next) {
      ways = next;
      if (ways.length === 0) {
        button.removeAttribute('aria-haspopup');
        button.removeAttribute('aria-expanded');
      } else {
        button.setAttribute('aria-haspopup', 'menu');
        button.setAttribute('aria-expanded', 'false');
      }
    },
    take: () => uploads.takeDone().map(attachmentOf),
    dispose() {
      polling.dispose();
      menu.dispose();
      uploads.dispose();
      for (const chip of chips.values()) chip.dispose();
    },
  };
}

function attachmentOf({ id, name, media_type, size, origin }: FileInfo): FilePart {
  return { type: 'file', file_id: id, name, media_type, size, origin };
}

/** What is known of a stored file before the server is asked. */
function infoOf({ file_id: id, name, media_type, size, origin }: FilePart): FileInfo {
  return {
    id,
    name,
    media_type,
    size: size ?? 0,
    origin,
    purpose: 'attachment',
    status: 'in_progress',
    error: null,
    note: null,
    created_at: 0,
    place: 'here',
  };
}

function obstacleOf(entries: readonly Upload[], limits: FileLimits | null): string | null {
  if (entries.some(({ stage }) => stage.name === 'failed')) {
    return t.attach.obstacle;
  }
  if (limits !== null && entries.length > limits.max_files_per_message) {
    return t.attach.tooMany(limits.max_files_per_message);
  }
  return null;
}

interface Chip extends View {
  update(entry: Upload): void;
  dispose(): void;
}

function createChip(
  { id, file, stage: first }: Upload,
  actions: { retry(id: number): void; remove(id: number): void },
): Chip {
  const origin = first.name === 'done' ? first.info.origin : null;
  const title = origin === null ? file.name : t.attach.from(file.name, origin);
  const local = file instanceof File && isPicture(file.type) ? URL.createObjectURL(file) : null;
  const stored = first.name === 'done' && isPicture(file.type) ? contentUrl(first.info.id) : null;
  const preview = local ?? stored;
  const state = h('span', { class: 'chip__state' });
  const progress = progressBar(t.attach.uploaded);
  const retry = iconButton('again', t.attach.tryAgain(file.name), {
    kind: 'small',
    title: common.tryAgain,
  });
  const remove = iconButton('close', common.removeThat(file.name), {
    kind: 'small',
    title: common.remove,
  });
  const element = h(
    'li',
    { class: 'chip' },
    preview === null
      ? h('span', { class: 'chip__icon' }, icon('file'))
      : h('img', { class: 'chip__picture', src: preview, alt: '' }),
    h(
      'span',
      { class: 'chip__words' },
      h('span', { class: 'chip__name', dir: 'auto', title }, file.name),
      state,
      progress,
    ),
    retry,
    remove,
  );
  listen(retry, 'click', () => actions.retry(id));
  listen(remove, 'click', () => actions.remove(id));
  return {
    element,
    update({ stage }) {
      element.dataset['stage'] = stage.name;
      state.textContent = stateText(stage, file.size);
      progress.hidden = stage.name !== 'sending';
      if (stage.name === 'sending') progress.value = stage.fraction;
      retry.hidden = !(stage.name === 'failed' && stage.isRetryable);
      const cancels = stage.name === 'waiting' || stage.name === 'sending';
      const verb = cancels ? common.cancel : common.remove;
      if (remove.title !== verb)
        setIcon(
          remove,
          'close',
          cancels ? t.attach.cancel(file.name) : common.removeThat(file.name),
          verb,
        );
    },
    dispose() {
      if (local !== null) URL.revokeObjectURL(local);
      element.remove();
    },
  };
}

function stateText(stage: UploadStage, size: number): string {
  switch (stage.name) {
    case 'waiting':
      return t.attach.waiting(sizeLabel(size));
    case 'sending':
      return stage.fraction < 1
        ? t.attach.sent(Math.floor(stage.fraction * 100), sizeLabel(size))
        : t.attach.checked;
    case 'done':
      return stage.info.status === 'in_progress'
        ? t.attach.isRead(sizeLabel(stage.info.size))
        : sizeLabel(stage.info.size);
    case 'failed':
      return stage.problem;
  }
}
