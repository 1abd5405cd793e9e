import { h } from '../../base/dom.ts';
import { externalLink } from '../../base/links.ts';
import { contentUrl } from '../../files/address.ts';
import { fileLink } from '../../files/file_list.ts';
import type { CodeFile, CodeImage, CodeInterpreterCall } from '../../protocol.ts';
import { createPicture } from '../../ui/picture.ts';
import type { Body } from './body.ts';

interface Shown {
  readonly source: CodeImage | CodeFile;
  readonly element: HTMLElement;
}

/** The pictures and files that code made: visible even if the card is folded. */
export function createCodeResults(): Body<CodeInterpreterCall> {
  const list = h('ul', { class: 'files tool-results', 'aria-label': 'Results', hidden: true });
  const shown: Shown[] = [];

  const replace = (index: number, source: CodeImage | CodeFile): void => {
    const old = shown[index];
    if (old?.source === source) return;
    const element = h('li', { class: 'files__item' }, resultElement(source, index + 1));
    if (old === undefined) list.append(element);
    else old.element.replaceWith(element);
    shown[index] = { source, element };
  };

  return {
    element: list,
    update({ outputs }) {
      const results = outputs.filter((output) => output.type !== 'logs');
      list.hidden = results.length === 0;
      for (const { element } of shown.splice(results.length)) element.remove();
      for (const [index, result] of results.entries()) replace(index, result);
    },
  };
}

function resultElement(result: CodeImage | CodeFile, number: number): HTMLElement {
  if (result.type === 'image') return imageElement(result, number);
  const { file_id, filename, media_type, size } = result;
  return fileLink({ file_id, name: filename ?? file_id, media_type, size });
}

const PICTURE_DATA = /^data:image\/(?:png|jpeg|gif|webp);base64,/;

/** A picture from this server or in a `data:` URL. One from elsewhere is a link: it is not loaded
 * unasked. */
function imageElement({ file_id: fileId, url, name }: CodeImage, number: number): HTMLElement {
  const own = fileId === null ? null : contentUrl(fileId);
  const source = own ?? (url !== null && PICTURE_DATA.test(url) ? url : null);
  if (source !== null) return createPicture(source, name ?? `Result ${number} of the code`);
  const label = name ?? fileId ?? 'an image';
  return h(
    'p',
    { class: 'tool-file' },
    'Image: ',
    url === null ? label : externalLink(url, [url.startsWith('data:') ? label : url]),
  );
}
