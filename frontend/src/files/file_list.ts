import './file_list.css';
import { h, listen } from '../base/dom.ts';
import { openDialog } from '../ui/dialog.ts';
import { icon } from '../ui/icon.ts';
import { contentUrl } from './address.ts';
import { isPicture, kindLabel } from './kind.ts';
import { sizeLabel } from './size.ts';

export interface ListedFile {
  readonly file_id: string;
  readonly name: string;
  readonly media_type: string | null;
  /** Bytes. */
  readonly size: number | null;
}

/** Files that are on the server: pictures to look at, everything else to download. */
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
  return createPicture(source, file.name);
}

/** A link to the file's bytes, with its kind and size; plain text where it has no address. */
export function fileLink({ file_id: id, name, media_type: type, size }: ListedFile): HTMLElement {
  const facts = [type === null ? null : kindLabel(type), size === null ? null : sizeLabel(size)];
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

/** A picture to click on for a larger view. `source` is an address of this server, or `data:`. */
export function createPicture(source: string, name: string): HTMLElement {
  const image = h('img', {
    class: 'picture__image',
    src: source,
    alt: name,
    loading: 'lazy',
    decoding: 'async',
  });
  const button = h(
    'button',
    { class: 'picture', type: 'button', title: name, 'aria-haspopup': 'dialog' },
    image,
  );
  const broken = h('span', { class: 'file' }, icon('file'), `${name} cannot be shown.`);
  listen(button, 'click', () => enlarge(name, source));
  listen(image, 'error', () => button.replaceWith(broken));
  return button;
}

function enlarge(name: string, source: string): void {
  openDialog({
    title: name,
    isWide: true,
    content: [
      h(
        'div',
        { class: 'picture__frame' },
        h('img', { class: 'picture__large', src: source, alt: name }),
      ),
    ],
    actions: [h('a', { class: 'button', href: source, download: name }, 'Download')],
  });
}
