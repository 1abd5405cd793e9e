/** A message's annotations as numbered sources, and where in its texts they are marked. */

import { safeUrl } from '../base/links.ts';
import { contentUrl } from '../files/address.ts';
import type { Mark } from '../markdown/source/marks.ts';
import type { ItemAnnotation } from '../protocol.ts';
import { t } from '../strings/reading.ts';

export interface Source {
  /** From 1, in text order. */
  readonly number: number;
  readonly annotation: ItemAnnotation;
}

export interface Citations {
  readonly sources: readonly Source[];
  /** By part, as the annotations. */
  readonly marks: readonly (readonly Mark[])[];
}

/** Takes the annotations of each part of a message. A source that is cited several times has one
 * number and several marks. */
export function citationsOf(parts: readonly (readonly ItemAnnotation[])[]): Citations {
  const sources = new Map<string, Source>();
  const marks = parts.map((annotations) => {
    const here = new Map<string, Mark>();
    const inOrder = annotations.toSorted((a, b) => a.end - b.end || a.start - b.start);
    for (const annotation of inOrder) {
      const key = identity(annotation);
      const source = sources.get(key) ?? { number: sources.size + 1, annotation };
      sources.set(key, source);
      const mark = markOf(source, annotation.end);
      here.set(`${mark.at} ${mark.number}`, mark);
    }
    return [...here.values()];
  });
  return { sources: [...sources.values()], marks };
}

/** Returns a source's name: of a file, or the title or address of a page. */
export function sourceName(annotation: ItemAnnotation): string {
  if (annotation.type === 'url_citation') return annotation.title || annotation.url;
  return annotation.filename || annotation.file_id;
}

function markOf({ number, annotation }: Source, at: number): Mark {
  const name = sourceName(annotation);
  if (annotation.type === 'file_path') {
    const href = contentUrl(annotation.file_id);
    if (href !== null) return { at, number, label: t.source.download(name), href };
  }
  const place = annotation.type === 'file_citation' ? annotation.location : null;
  const label = t.source.label(number, name, place);
  return { at, number, label, href: null };
}

function identity(annotation: ItemAnnotation): string {
  switch (annotation.type) {
    case 'url_citation':
      return `url ${safeUrl(annotation.url) ?? annotation.url}`;
    case 'file_citation':
      return `quote ${annotation.file_id} ${annotation.location ?? ''} ${annotation.quote ?? ''}`;
    case 'file_path':
      return `file ${annotation.file_id}`;
  }
}
