import { h, listen } from '../../base/dom.ts';
import { contentUrl, previewUrl } from '../../files/address.ts';
import { fileLink } from '../../files/file_list.ts';
import { isPicture } from '../../files/kind.ts';
import type { ImageGenerationCall } from '../../protocol.ts';
import { t } from '../../strings/calls.ts';
import { createPicture } from '../../ui/picture.ts';
import { isOpen } from '../label.ts';
import type { Body } from './body.ts';

/** The picture: unfinished ones while it is made, then the file. Visible even if the card is folded. */
export function createGeneratedPicture(): Body<ImageGenerationCall> {
  const preview = h('img', { class: 'tool-preview', alt: t.unfinished });
  const result = h('div', { class: 'tool-picture', hidden: true });
  const element = h('div', { class: 'tool-pictures', hidden: true }, result);
  let shownFile: string | null = null;
  let shownPreview = 0;
  // The server keeps unfinished pictures for a while only.
  listen(preview, 'error', () => preview.remove());

  return {
    element,
    update(item) {
      const previews = isOpen(item.status) ? item.previews : 0;
      if (previews !== shownPreview) {
        shownPreview = previews;
        const source = previews > 0 ? previewUrl(item.id, previews) : null;
        if (source === null) {
          preview.remove();
        } else {
          preview.src = source;
          element.prepend(preview);
        }
      }
      if (item.file_id !== shownFile) {
        shownFile = item.file_id;
        result.replaceChildren(
          ...(item.file_id === null ? [] : resultElements(item, item.file_id)),
        );
        result.hidden = item.file_id === null;
      }
      element.hidden = previews === 0 && item.file_id === null;
    },
  };
}

function resultElements(item: ImageGenerationCall, fileId: string): HTMLElement[] {
  const { filename, media_type, size } = item;
  const name = filename ?? fileId;
  const link = fileLink({ file_id: fileId, name, media_type, size });
  const source = contentUrl(fileId);
  if (source === null || !isPicture(media_type ?? '')) return [link];
  return [createPicture(source, item.prompt ?? t.picture, name), link];
}
