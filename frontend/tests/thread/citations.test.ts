import { expect, test } from 'vitest';
import type { FileCitation, FilePath, ItemAnnotation, UrlCitation } from '../../src/protocol.ts';
import { citationsOf } from '../../src/thread/citations.ts';

const citation = (at: number, fields: Partial<FileCitation> = {}): FileCitation => ({
  type: 'file_citation',
  start: at,
  end: at,
  file_id: 'file_1',
  filename: 'report.pdf',
  quote: 'It rained.',
  location: 'page 3',
  ...fields,
});
const page = (at: number, url: string): UrlCitation => ({
  type: 'url_citation',
  start: at,
  end: at,
  url,
  title: null,
});
const file = (start: number, end: number, id: string): FilePath => ({
  type: 'file_path',
  start,
  end,
  file_id: id,
  filename: 'plot.csv',
});
const numbers = (...annotations: ItemAnnotation[]) =>
  citationsOf([annotations]).marks[0]?.map(({ at, number }) => [at, number]);

test('sources are numbered in the order of the text, not of arrival', () => {
  const { sources } = citationsOf([[page(30, 'https://b.example/'), citation(10)]]);
  expect(sources.map(({ number, annotation }) => [number, annotation.type])).toEqual([
    [1, 'file_citation'],
    [2, 'url_citation'],
  ]);
});

test('a passage cited twice is one source with two marks, another page of its file is another', () => {
  expect(numbers(citation(5), citation(20), citation(30, { location: 'page 4' }))).toEqual([
    [5, 1],
    [20, 1],
    [30, 2],
  ]);
});

test('the same source twice at one place is one mark', () => {
  expect(numbers(citation(5), citation(5))).toEqual([[5, 1]]);
});

test('a mark is at the end of its range and names its source', () => {
  const [[path, quote] = []] = citationsOf([[file(0, 8, 'file_2'), citation(20)]]).marks;
  expect(path).toEqual({
    at: 8,
    number: 1,
    label: 'Download plot.csv',
    href: '/api/files/file_2/content',
  });
  expect(quote).toMatchObject({ at: 20, label: 'Source 2: report.pdf, page 3', href: null });
});

test.each(['../../etc/passwd', 'javascript:alert(1)', 'a/b', '', 'x'.repeat(200)])(
  'what is no id of a file (%s) has no address',
  (id) => {
    expect(citationsOf([[file(0, 8, id)]]).marks[0]?.[0]?.href).toBeNull();
  },
);

test('sources are numbered through all the texts of a message, and marked in their own', () => {
  const { sources, marks } = citationsOf([
    [citation(5)],
    [],
    [page(1, 'https://b.example/'), citation(5)],
  ]);
  expect(sources.map(({ number }) => number)).toEqual([1, 2]);
  expect(marks.map((each) => each.map(({ at, number }) => [at, number]))).toEqual([
    [[5, 1]],
    [],
    [
      [1, 2],
      [5, 1],
    ],
  ]);
});
