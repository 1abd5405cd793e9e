import { h, listen, setText, type View } from '../base/dom.ts';
import { contentUrl } from '../files/address.ts';
import { kindLabel } from '../files/kind.ts';
import { sizeLabel } from '../files/size.ts';
import type { Upload } from '../files/uploads.ts';
import type { FileInfo } from '../protocol.ts';
import { common } from '../strings/common.ts';
import { locale } from '../strings/locale.ts';
import { t } from '../strings/setup.ts';
import { iconButton } from '../ui/button.ts';
import { progressBar } from '../ui/progress.ts';

export interface FileRows extends View {
  /** `place` is where files are searched now. */
  update(uploads: readonly Upload[], files: readonly FileInfo[], place: FileInfo['place']): void;
}

export interface FileRowActions {
  retry(uploadId: number): void;
  cancel(uploadId: number): void;
  remove(fileId: string): void;
  takeAgain(fileId: string): void;
  /** The last row is gone, and with it the focus. */
  onEmpty(): void;
}

/** Files being uploaded, then those on the server. */
export function createFileRows(actions: FileRowActions): FileRows {
  const element = h('ul', { class: 'setup-rows', 'aria-label': t.files.label });
  const rows = new Map<string, Row>();

  const place = (wanted: readonly (readonly [string, () => Row])[]): void => {
    const keys = new Set(wanted.map(([key]) => key));
    const order = [...rows.keys()];
    const focused = order.findIndex((key) =>
      rows.get(key)?.element.contains(document.activeElement),
    );
    for (const [key, row] of rows) {
      if (keys.has(key)) continue;
      row.element.remove();
      rows.delete(key);
    }
    for (const [index, [key, create]] of wanted.entries()) {
      const row = rows.get(key) ?? create();
      rows.set(key, row);
      const present = element.children[index] ?? null;
      if (present !== row.element) element.insertBefore(row.element, present);
    }
    const lost = order[focused];
    if (lost === undefined || rows.has(lost)) return;
    const heir = order.slice(focused).find((key) => rows.has(key)) ?? wanted.at(-1)?.[0];
    if (heir === undefined) actions.onEmpty();
    else rows.get(heir)?.focus();
  };

  return {
    element,
    update(uploads, files, where) {
      place([
        ...uploads.map(
          (entry) => [`upload ${entry.id}`, () => createUploadRow(entry, actions)] as const,
        ),
        ...files.map((file) => [`file ${file.id}`, () => createFileRow(file, actions)] as const),
      ]);
      for (const entry of uploads) rows.get(`upload ${entry.id}`)?.update(entry);
      for (const file of files) rows.get(`file ${file.id}`)?.update(file, where);
    },
  };
}

interface Row extends View {
  update(shown: Upload | FileInfo, where?: FileInfo['place']): void;
  focus(): void;
}

function createUploadRow({ id, file }: Upload, actions: FileRowActions): Row {
  const state = h('span', { class: 'setup-row__state' });
  const progress = progressBar(t.files.uploaded);
  const retry = iconButton('again', t.files.tryAgain(file.name));
  const cancel = iconButton('close', common.removeThat(file.name));
  const element = h(
    'li',
    { class: 'setup-row' },
    words(h('span', { class: 'setup-row__name', dir: 'auto' }, file.name), state, progress),
    retry,
    cancel,
  );
  listen(retry, 'click', () => actions.retry(id));
  listen(cancel, 'click', () => actions.cancel(id));
  return {
    element,
    update(shown) {
      if (!('stage' in shown)) return;
      const { stage } = shown;
      element.dataset['status'] = stage.name;
      retry.hidden = !(stage.name === 'failed' && stage.isRetryable);
      progress.hidden = stage.name !== 'sending';
      if (stage.name === 'sending') progress.value = stage.fraction;
      if (stage.name === 'failed') state.textContent = stage.problem;
      else state.textContent = `${sizeLabel(file.size)}, ${sendingText(stage)}`;
    },
    focus: () => cancel.focus(),
  };
}

function sendingText(stage: Upload['stage']): string {
  if (stage.name !== 'sending') return t.files.waiting;
  return stage.fraction < 1
    ? t.files.uploadedShare(Math.floor(stage.fraction * 100))
    : t.files.checked;
}

function createFileRow({ id, name }: FileInfo, actions: FileRowActions): Row {
  const state = h('span', { class: 'setup-row__state' });
  const status = h('span', { class: 'setup-row__status', role: 'status' });
  const again = iconButton('again', t.files.again(name));
  const remove = iconButton('close', t.files.delete(name));
  const element = h(
    'li',
    { class: 'setup-row' },
    words(
      h('a', { class: 'setup-row__name', dir: 'auto', href: contentUrl(id), download: name }, name),
      state,
      status,
    ),
    again,
    remove,
  );
  listen(again, 'click', () => {
    // The button disappears when the file is in progress again.
    remove.focus();
    actions.takeAgain(id);
  });
  listen(remove, 'click', () => {
    remove.setAttribute('aria-disabled', 'true');
    actions.remove(id);
  });
  return {
    element,
    update(file, where) {
      if (!('status' in file)) return;
      const isElsewhere =
        file.status === 'completed' && where !== undefined && file.place !== where;
      again.hidden = !isElsewhere && file.status !== 'failed';
      remove.removeAttribute('aria-disabled');
      element.dataset['status'] = file.status;
      state.textContent = `${kindLabel(file.media_type)}, ${sizeLabel(file.size)}, ${added(file)}`;
      const text = isElsewhere ? elsewhereText(file) : statusText(file);
      setText(status, text);
    },
    focus: () => remove.focus(),
  };
}

function statusText({ status, error, note, place }: FileInfo): string {
  switch (status) {
    case 'in_progress':
      return place === 'here' ? t.files.isRead : t.files.isReadThere;
    case 'completed':
      if (place !== 'here') return t.files.readyThere;
      return note === null ? t.ready : t.files.readyWith(note);
    case 'failed':
      return error ?? t.files.cannotThat;
  }
}

function elsewhereText({ place }: FileInfo): string {
  return place === 'here' ? t.files.notThere : t.files.elsewhere;
}

function added({ created_at: at }: FileInfo): string {
  return new Date(at * 1000).toLocaleDateString(locale, { dateStyle: 'medium' });
}

function words(...parts: readonly HTMLElement[]): HTMLElement {
  return h('span', { class: 'setup-row__words' }, ...parts);
}
