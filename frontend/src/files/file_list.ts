import './file_list.css';
import { h } from '../base/dom.ts';
import { t } from '../strings/reading.ts';
import { icon } from '../ui/icon.ts';
import { createPicture } from '../ui/picture.ts';
import { contentUrl } from './address.ts';
import { isPicture, kindLabel } from './kind.ts';
import { sizeLabel } from './size.ts';

export interface ListedFile {
  readonly file_id: string;
  readonly name: string;
  readonly media_type: string | null;
  /** Bytes. */
  readonly size: number | null;
  /** Where it was read, if it was not uploaded. */
  readonly origin?: string | null;
}

/** Files on the server: pictures to look at, all others to download. */
export function createFileList(files: readonly ListedFile[], label: string): HTMLElement {
  return h(
    'ul',
    { class: 'files', 'aria-label': label, hidden: files.length === 0 },
    ...files.map((file) => h('li', { class: 'files__item' }, fileElement(file))),
  );
}

function fileElement(file: ListedFile): HTMLElement {
  const source = contentUrl(file.file_id);
  if (source === null || !isPicture(file.media_type ?? '')) return fileLink(file);
  const picture = createPicture(source, file.name);
  if (file.origin != null) picture.title = t.fromServer(file.origin);
  return picture;
}

/** A download link with the file's kind and size; plain text if the file has no address. */
export function fileLink(file: ListedFile): HTMLElement {
  const { file_id: id, name, media_type: type, size, origin = null } = file;
  const facts = [
    type === null ? null : kindLabel(type),
    size === null ? null : sizeLabel(size),
    origin === null ? null : t.from(origin),
  ];
  const content = [
    icon('file'),
    h(
      'span',
      { class: 'file__words' },
      h('span', { class: 'file__name', dir: 'auto' }, name),
      h('span', { class: 'file__facts' }, facts.filter((fact) => fact !== null).join(', ')),
    ),
  ];
  const href = contentUrl(id);
  if (href === null) return h('span', { class: 'file' }, ...content);
  return h('a', { class: 'file', href, download: name }, ...content);
}
