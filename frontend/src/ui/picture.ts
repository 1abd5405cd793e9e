import './picture.css';
import { h, listen } from '../base/dom.ts';
import { common } from '../strings/common.ts';

/** A picture that enlarges on click. `source` is an address of this server or a `data:` URL. */
export function createPicture(source: string, name: string, fileName = name): HTMLElement {
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
  const broken = h('p', { class: 'picture__broken' }, common.cannotBeShown(name));
  listen(button, 'click', () => void enlarge(name, source, fileName));
  listen(image, 'error', () => button.replaceWith(broken));
  return button;
}

async function enlarge(name: string, source: string, fileName: string): Promise<void> {
  const { openDialog } = await import('./dialog.ts');
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
    actions: [h('a', { class: 'button', href: source, download: fileName }, common.download)],
  });
}
