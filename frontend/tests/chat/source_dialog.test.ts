import { afterEach, expect, test, vi } from 'vitest';
import { openSource } from '../../src/chat/source_dialog.ts';
import type { DocumentPart, FileCitation, ItemAnnotation } from '../../src/protocol.ts';
import { ApiProblem } from '../../src/server/api.ts';
import { fileInfo } from '../fakes.ts';

afterEach(() => document.body.replaceChildren());

const CITATION: FileCitation = {
  type: 'file_citation',
  start: 0,
  end: 0,
  file_id: 'file_1',
  filename: 'rules.pdf',
  quote: 'Thirty days.',
  location: 'page 2',
};
const PARTS: readonly DocumentPart[] = [
  { location: 'page 1', text: 'The rules.' },
  { location: 'page 2', text: 'Leave: Thirty\ndays. A year.' },
];
const GONE = new ApiProblem(404, {
  code: 'not_found',
  message: 'There is no such file here.',
  field: null,
  retry_after_s: null,
});

function open(
  annotation: ItemAnnotation,
  parts: readonly DocumentPart[] | ApiProblem,
  isThere = true,
) {
  openSource(
    { number: 3, annotation },
    {
      async fileText() {
        if (parts instanceof ApiProblem) throw parts;
        return { parts };
      },
      async file(id) {
        if (!isThere) throw GONE;
        return fileInfo({ id });
      },
    },
  );
  const dialog = document.querySelector('dialog')!;
  return {
    dialog,
    text: (selector: string) => dialog.querySelector(selector)?.textContent ?? null,
    opened: () => vi.waitFor(() => expect(dialog.querySelector('[aria-busy]')).toBeNull()),
  };
}

test('a passage is shown in its document, with its page and a link to the file', async () => {
  const { dialog, text, opened } = open(CITATION, PARTS);
  expect(text('h2')).toBe('3. rules.pdf');
  expect(text('.dialog__note')).toBe('page 2');
  expect(text('.source__quote')).toBe('Thirty days.');
  await opened();
  expect(text('mark')).toBe('Thirty days.');
  expect([...dialog.querySelectorAll('h3')].map((one) => one.textContent)).toEqual([
    'page 1',
    'page 2',
  ]);
  const link = dialog.querySelector('a')!;
  expect(link.getAttribute('href')).toBe('/api/files/file_1/content');
  expect(link.hasAttribute('download')).toBe(true);
});

test('without the text of the document, the passage alone is shown', async () => {
  const { text, opened } = open(CITATION, GONE);
  await opened();
  expect(text('.source__quote')).toBe('Thirty days.');
  expect(text('.source__note')).toBe('The document itself cannot be shown here.');
});

test('a file that is gone has no link', async () => {
  const { dialog, opened } = open(CITATION, GONE, false);
  await opened();
  expect(dialog.querySelector('a')).toBeNull();
});

test('the content of a document is shown as text', async () => {
  const { dialog, opened } = open({ ...CITATION, quote: null, location: null }, [
    { location: '<b>', text: '<img src=x onerror=alert(1)>' },
  ]);
  await opened();
  expect(dialog.querySelector('img, b')).toBeNull();
  expect(dialog.textContent).toContain('<img src=x onerror=alert(1)>');
});

test('a web page is shown with its address', () => {
  const { dialog } = open(
    { type: 'url_citation', start: 0, end: 1, url: 'https://rain.example/x', title: 'Rain' },
    [],
  );
  expect(dialog.querySelector('a')?.getAttribute('href')).toBe('https://rain.example/x');
  expect(dialog.textContent).toContain('rain.example');
});

test('a closed dialog is removed', () => {
  const { dialog } = open(CITATION, PARTS);
  dialog.querySelector('button')!.click();
  expect(document.querySelector('dialog')).toBeNull();
});
