import { h, type View } from '../../base/dom.ts';
import { externalLink } from '../../base/links.ts';
import { contentUrl } from '../../files/address.ts';
import { createPicture, fileLink } from '../../files/file_list.ts';
import type { CodeFile, CodeImage, CodeInterpreterCall } from '../../protocol.ts';
import type { Body } from './body.ts';

interface Shown {
  readonly source: CodeImage | CodeFile;
  readonly view: View;
}

/** What code drew and wrote: in view also where its card is folded. */
export function createCodeResults(): Body<CodeInterpreterCall> {
  const element = h('ul', { class: 'files tool-results', 'aria-label': 'Results', hidden: true });
  const shown: Shown[] = [];

  const replace = (index: number, source: CodeImage | CodeFile): void => {
    const old = shown[index];
    if (old?.source === source) return;
    const view = createResult(source, index + 1);
    if (old === undefined) element.append(view.element);
    else old.view.element.replaceWith(view.element);
    old?.view.dispose();
    shown[index] = { source, view };
  };

  return {
    element,
    update({ outputs }) {
      const results = outputs.filter((output) => output.type !== 'logs');
      element.hidden = results.length === 0;
      for (const { view } of shown.splice(results.length)) {
        view.dispose();
        view.element.remove();
      }
      for (const [index, result] of results.entries()) replace(index, result);
    },
    dispose() {
      for (const { view } of shown) view.dispose();
    },
  };
}

function createResult(result: CodeImage | CodeFile, number: number): View {
  const { element, dispose } =
    result.type === 'image' ? createImage(result, number) : createFile(result);
  return { element: h('li', { class: 'files__item' }, element), dispose };
}

function createFile({ file_id, filename, media_type, size }: CodeFile): View {
  const element = fileLink({ file_id, name: filename ?? file_id, media_type, size });
  return { element, dispose() {} };
}

const PICTURE_DATA = /^data:image\/(?:png|jpeg|gif|webp);base64,/;

/** A picture of this server or one that came along; a foreign one is a link, not loaded unasked. */
function createImage({ file_id: fileId, url, name }: CodeImage, number: number): View {
  const own = fileId === null ? null : contentUrl(fileId);
  const source = own ?? (url !== null && PICTURE_DATA.test(url) ? url : null);
  if (source !== null) return createPicture(source, name ?? `Result ${number} of the code`);
  const label = name ?? fileId ?? 'an image';
  const element = h(
    'p',
    { class: 'tool-file' },
    'Image: ',
    url === null ? label : externalLink(url, [url.startsWith('data:') ? label : url]),
  );
  return { element, dispose() {} };
}
