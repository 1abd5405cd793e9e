import { afterEach, expect, test, vi } from 'vitest';
import { createResourceList } from '../../src/offers/resource_list.ts';
import type { McpOffersQuery, McpResourceInfo } from '../../src/protocol.ts';
import { broken, EMPTY_PAGE, NO_OFFERS } from '../fakes.ts';

afterEach(() => document.body.replaceChildren());

function resource(uri: string): McpResourceInfo {
  const named = { name: uri, title: null, description: '', media_type: null, size: null };
  return { server: 'web', uri, ...named };
}

/** Answers when the test says so. */
function list() {
  const questions: { query: McpOffersQuery; answer(...uris: string[]): void; fail(): void }[] = [];
  const opened: string[] = [];
  const view = createResourceList(
    {
      ...NO_OFFERS,
      mcpResources: (query) =>
        new Promise((resolve, reject) => {
          questions.push({
            query,
            answer: (...uris) =>
              resolve({ ...EMPTY_PAGE, total: uris.length, resources: uris.map(resource) }),
            fail: () => reject(broken(503)),
          });
        }),
    },
    { openResource: ({ uri }) => opened.push(uri), openTemplate() {} },
  );
  document.body.append(view.element);
  const search = view.element.querySelector('input')!;
  const entries = () => [...view.element.querySelectorAll<HTMLElement>('.offer-entry')];
  const status = () => view.element.querySelector('[role=status]')!.textContent;
  const write = (text: string): void => {
    search.value = text;
    search.dispatchEvent(new Event('input'));
  };
  return { questions, opened, view, search, entries, status, write };
}

const shown = (count: number, entries: () => readonly HTMLElement[]) =>
  vi.waitFor(() => expect(entries()).toHaveLength(count));

test('an older answer does not replace a newer one', async () => {
  const { questions, entries, write } = list();
  write('b');
  questions[1]!.answer('b://');
  await shown(1, entries);
  questions[0]!.answer('a://', 'b://');
  await new Promise((resolve) => setTimeout(resolve));
  expect(entries()).toHaveLength(1);
});

test('arrows lead from the search into the list, where one stays when it changes', async () => {
  const { questions, entries, write, search, view, opened } = list();
  questions[0]!.answer('a://', 'b://', 'c://');
  await shown(3, entries);
  view.focus();
  const down = () =>
    document.activeElement!.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }),
    );
  down();
  down();
  expect(document.activeElement).toBe(entries()[1]);
  write('b');
  questions[1]!.answer('a://', 'b://');
  await shown(2, entries);
  expect(document.activeElement).toBe(entries()[1]);
  (document.activeElement as HTMLElement).click();
  expect(opened).toEqual(['b://']);
  write('nothing');
  questions[2]!.answer();
  await shown(0, entries);
  expect(document.activeElement).toBe(search);
});

test('a list that cannot be had says why', async () => {
  const { questions, status } = list();
  expect(status()).toBe('Looking…');
  questions[0]!.fail();
  await vi.waitFor(() => expect(status()).toBe('It broke off.'));
});
