import { expect, test } from 'vitest';
import { createSources } from '../../src/chat/sources.ts';
import type { ItemAnnotation } from '../../src/protocol.ts';
import { citationsOf } from '../../src/thread/citations.ts';

const range = { start: 0, end: 0 };
const url = (address: string, title: string | null = null): ItemAnnotation => ({
  ...range,
  type: 'url_citation',
  url: address,
  title,
});

function shown(...annotations: ItemAnnotation[]): HTMLElement {
  const sources = createSources();
  sources.update(citationsOf([annotations]).sources);
  return sources.element;
}

test('nothing cited, nothing shown', () => {
  expect(shown().hidden).toBe(true);
});

test('an address cited twice is one source', () => {
  const list = shown(
    url('https://a.example/x', 'A'),
    url('https://b.example/', 'B'),
    url('https://a.example/x'),
  );
  expect(list.hidden).toBe(false);
  expect(list.children).toHaveLength(2);
});

test('the host stands beside a title, which can say anything', () => {
  const list = shown(url('https://evil.example/', 'https://bank.example'));
  expect(list.textContent).toBe('https://bank.example evil.example');
  expect(list.querySelector('a')?.rel).toBe('noopener noreferrer');
  expect(list.querySelector('a')?.target).toBe('_blank');
});

test.each(['javascript:alert(1)', 'data:text/html,x', '/relative', 'https://user@host.example/'])(
  'no link to %s',
  (address) => {
    const list = shown(url(address, 'Title'));
    expect(list.querySelector('a')).toBeNull();
    expect(list.textContent).toBe('Title');
  },
);

test('a file shows its name and what was quoted', () => {
  const list = shown(
    {
      ...range,
      type: 'file_citation',
      file_id: 'f1',
      filename: 'report.pdf',
      quote: '<b>42</b>',
      location: 'page 3',
    },
    { ...range, type: 'file_path', file_id: 'f2', filename: null },
  );
  expect([...list.children].map((item) => item.textContent)).toEqual([
    'report.pdfpage 3<b>42</b>',
    'f2',
  ]);
  expect(list.querySelector('b')).toBeNull();
  expect(list.querySelector('a')?.getAttribute('href')).toBe('/api/files/f2/content');
});

test('what the assistant made is seen where it is a picture, and downloaded otherwise', () => {
  const made = (file_id: string, filename: string): ItemAnnotation => ({
    ...range,
    type: 'file_path',
    file_id,
    filename,
  });
  const list = shown(made('f1', 'plot.PNG'), made('f2', 'table.csv'), made('../x', 'plot.png'));
  expect(list.querySelectorAll('img')).toHaveLength(1);
  expect(list.querySelector('img')?.getAttribute('src')).toBe('/api/files/f1/content');
  expect(list.querySelector('a')?.getAttribute('download')).toBe('table.csv');
  expect(list.lastElementChild?.textContent).toBe('plot.png');
});
