import { h } from '../base/dom.ts';
import { linkTo } from '../base/links.ts';
import type { FilePart, ImagePart } from '../protocol.ts';
import { t } from '../strings/reading.ts';
import { createPicture } from '../ui/picture.ts';
import { contentUrl } from './address.ts';
import { fileLink } from './file_list.ts';

const PICTURE_DATA = /^data:image\/(?:png|jpeg|gif|webp);base64,/;

/** A picture or a file that a tool or the model made. `fallback` names a picture without a name. */
export function partElement(part: ImagePart | FilePart, fallback: string): HTMLElement {
  return part.type === 'file' ? fileLink(part) : imageElement(part, fallback);
}

/** A picture from this server or in a `data:` URL. One from elsewhere is a link: it is not loaded
 * unasked. */
function imageElement(image: ImagePart, fallback: string): HTMLElement {
  const { file_id: fileId, url, name, alt } = image;
  const own = fileId === null ? null : contentUrl(fileId);
  const source = own ?? (url !== null && PICTURE_DATA.test(url) ? url : null);
  if (source !== null) return createPicture(source, alt ?? name ?? fallback, name ?? fallback);
  const label = name ?? fileId ?? t.anImage;
  return h(
    'p',
    { class: 'tool-file' },
    t.image,
    url === null ? label : linkTo(url, [url.startsWith('data:') ? label : url]),
  );
}
