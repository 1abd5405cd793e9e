import './sources.css';
import { h } from '../base/dom.ts';
import { linkTo, safeUrl } from '../base/links.ts';
import { contentUrl } from '../files/address.ts';
import { fileLink } from '../files/file_list.ts';
import { t } from '../strings/chat.ts';
import { type Source, sourceName } from '../thread/citations.ts';
import { createPicture } from '../ui/picture.ts';

export interface SourcesView {
  readonly element: HTMLElement;
  update(sources: readonly Source[]): void;
}

/** The citations and files of a message, numbered as they are marked in its text. */
export function createSources(): SourcesView {
  const element = h('ol', { class: 'sources', 'aria-label': t.sources, hidden: true });
  return {
    element,
    update(sources) {
      element.hidden = sources.length === 0;
      element.replaceChildren(...sources.map(sourceElement));
    },
  };
}

function sourceElement(source: Source): HTMLElement {
  const { annotation } = source;
  const name = sourceName(annotation);
  switch (annotation.type) {
    case 'url_citation':
      return h(
        'li',
        { class: 'sources__source', dir: 'auto' },
        pageLink(annotation.url, annotation.title),
      );
    case 'file_citation':
      return h(
        'li',
        { class: 'sources__source', dir: 'auto' },
        h('button', { class: 'sources__open', type: 'button', 'data-mark': source.number }, name),
        annotation.location !== null &&
          h('span', { class: 'sources__location' }, annotation.location),
        annotation.quote !== null && h('q', { class: 'sources__quote' }, annotation.quote),
      );
    case 'file_path':
      return h('li', { class: 'sources__source', dir: 'auto' }, madeFile(annotation.file_id, name));
  }
}

const PICTURE_NAME = /\.(?:png|jpe?g|gif|webp)$/i;

/** A file from code, shown as in the tool's card: some upstreams name it in the answer only. */
function madeFile(fileId: string, name: string): HTMLElement {
  const href = contentUrl(fileId);
  if (href !== null && PICTURE_NAME.test(name)) return createPicture(href, name);
  return fileLink({ file_id: fileId, name, media_type: null, size: null });
}

export function pageLink(url: string, title: string | null): HTMLElement {
  const safe = safeUrl(url);
  const label = title || url;
  const link = linkTo(url, [label]);
  if (safe === null) return link;
  // A title can be anything; the host is where the link really goes.
  const host = new URL(safe).hostname;
  return h('span', {}, link, host !== label && h('span', { class: 'sources__host' }, ` ${host}`));
}
