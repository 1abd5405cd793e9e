import { h } from '../../dom.ts';
import { externalLink, safeUrl } from '../../markdown/links.ts';
import type { ItemAnnotation } from '../../protocol.ts';

export interface SourcesView {
  readonly element: HTMLElement;
  update(annotations: readonly ItemAnnotation[]): void;
}

/** The citations and files of a message, each once, numbered in the order of the text. */
export function createSources(): SourcesView {
  const element = h('ol', { class: 'sources', 'aria-label': 'Sources', hidden: true });
  return {
    element,
    update(annotations) {
      const unique = new Map(annotations.map((annotation) => [identity(annotation), annotation]));
      element.hidden = unique.size === 0;
      element.replaceChildren(...[...unique.values()].map(sourceElement));
    },
  };
}

function identity(annotation: ItemAnnotation): string {
  switch (annotation.type) {
    case 'url_citation':
      return `url ${annotation.url}`;
    case 'file_citation':
      return `quote ${annotation.file_id} ${annotation.quote ?? ''}`;
    case 'file_path':
      return `file ${annotation.file_id}`;
  }
}

function sourceElement(annotation: ItemAnnotation): HTMLElement {
  switch (annotation.type) {
    case 'url_citation':
      return h('li', { class: 'sources__source' }, urlElement(annotation.url, annotation.title));
    case 'file_citation':
      return h(
        'li',
        { class: 'sources__source' },
        annotation.filename ?? annotation.file_id,
        annotation.quote !== null && h('q', { class: 'sources__quote' }, annotation.quote),
      );
    case 'file_path':
      return h('li', { class: 'sources__source' }, annotation.filename ?? annotation.file_id);
  }
}

function urlElement(url: string, title: string | null): HTMLElement {
  const safe = safeUrl(url);
  const label = title === null || title === '' ? url : title;
  if (safe === null) return h('span', {}, label);
  const link = externalLink(safe, null);
  link.append(label);
  // A title can say anything; the host says where the link really goes.
  const host = new URL(safe).hostname;
  return h('span', {}, link, host !== label && h('span', { class: 'sources__host' }, ` ${host}`));
}
