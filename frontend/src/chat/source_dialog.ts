import './source_dialog.css';
import { h } from '../base/dom.ts';
import { contentUrl } from '../files/address.ts';
import { type Excerpt, excerpt, type Section } from '../files/passage.ts';
import type { FileCitation, ItemAnnotation } from '../protocol.ts';
import { type Api, ApiProblem } from '../server/api.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/source_dialog.ts';
import { type Source, sourceName } from '../thread/citations.ts';
import { openDialog } from '../ui/dialog.ts';
import { pageLink } from './sources.ts';

export type SourceApi = Pick<Api, 'file' | 'fileText'>;

/** Shows a source: a file's passage in its document, or the address of a page. */
export function openSource({ number, annotation }: Source, api: SourceApi): void {
  const title = `${number}. ${sourceName(annotation)}`;
  if (annotation.type !== 'file_citation') {
    openDialog({ title, content: [h('p', { class: 'source__plain' }, whereabouts(annotation))] });
    return;
  }
  const requests = new AbortController();
  const document = h('div', {
    class: 'source',
    tabindex: 0,
    role: 'region',
    'aria-label': t.document,
    'aria-busy': true,
  });
  const href = contentUrl(annotation.file_id);
  const download = h('a', { class: 'button', href, download: true }, common.download);
  openDialog({
    title,
    note: annotation.location,
    content: [document],
    actions: href === null ? [] : [download],
    onClose: () => requests.abort(),
  });
  void fill(document, annotation, api, requests.signal);
  // The file is gone: remove the link to it.
  api.file(annotation.file_id, requests.signal).catch((error: unknown) => {
    if (error instanceof ApiProblem && error.status === 404) download.parentElement?.remove();
  });
}

async function fill(
  element: HTMLElement,
  { file_id: fileId, quote, location }: FileCitation,
  api: SourceApi,
  signal: AbortSignal,
): Promise<void> {
  const passage =
    quote === null ? null : h('blockquote', { class: 'source__quote', dir: 'auto' }, quote);
  const wait = h('p', { class: 'source__note', role: 'status' }, t.opening);
  element.append(...(passage === null ? [] : [passage]), wait);
  try {
    const { parts } = await api.fileText(fileId, signal);
    if (signal.aborted) return;
    show(element, excerpt(parts, quote, location));
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof ApiProblem)) throw error;
    wait.textContent =
      error.status === 404 ? (passage === null ? t.nothingQuoted : t.missing) : error.message;
  } finally {
    element.removeAttribute('aria-busy');
  }
}

function show(element: HTMLElement, { sections, isCut }: Excerpt): void {
  element.replaceChildren(
    ...sections.map(sectionElement),
    ...(isCut ? [h('p', { class: 'source__note' }, t.isCut)] : []),
  );
  element.querySelector('mark')?.scrollIntoView({ block: 'center' });
}

function sectionElement({ location, text, from, to }: Section): HTMLElement {
  return h(
    'section',
    { class: 'source__part' },
    location !== null && h('h3', { class: 'source__location', dir: 'auto' }, location),
    h(
      'p',
      { class: 'source__text', dir: 'auto' },
      text.slice(0, from),
      to > from && h('mark', { class: 'source__passage' }, text.slice(from, to)),
      text.slice(to),
    ),
  );
}

function whereabouts(annotation: Exclude<ItemAnnotation, FileCitation>): HTMLElement | string {
  if (annotation.type === 'url_citation') return pageLink(annotation.url, annotation.title);
  return t.notHere;
}
