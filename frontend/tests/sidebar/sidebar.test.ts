import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Route } from '../../src/base/router.ts';
import { createApi } from '../../src/server/api.ts';
import { createSidebar, type SidebarView } from '../../src/sidebar/sidebar.ts';
import { createToast, type ToastView } from '../../src/ui/toast.ts';
import { FakeClock, memoryStorage } from '../fakes.ts';
import { json } from '../wire.ts';
import { createThreadServer, summary, type ThreadServer } from './thread_server.ts';

let clock: FakeClock;
let server: ThreadServer;
let storage: ReturnType<typeof memoryStorage>;
let toast: ToastView;
let sidebar: SidebarView;
let behind: HTMLElement;
let gone: Route[];
let isNarrow: boolean;

beforeEach(() => {
  clock = new FakeClock();
  server = createThreadServer();
  storage = memoryStorage();
  toast = createToast(clock);
  behind = document.createElement('main');
  gone = [];
  isNarrow = false;
  vi.stubGlobal('matchMedia', () => ({
    get matches() {
      return isNarrow;
    },
    addEventListener() {},
    removeEventListener() {},
  }));
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      observe(): void {}
      unobserve(): void {}
      disconnect(): void {}
    },
  );
});

afterEach(() => {
  sidebar.dispose();
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

async function open(): Promise<void> {
  sidebar = createSidebar({
    api: createApi(server.request),
    storage,
    toast,
    behind: () => [behind],
    go: (route) => gone.push(route),
    channel: () => ({ tell() {}, dispose() {} }),
    clock,
  });
  document.body.append(sidebar.toggle, sidebar.backdrop, sidebar.element, behind, toast.element);
  await settled();
}

async function settled(): Promise<void> {
  clock.advance(1_000);
  await vi.waitFor(() => expect(server.waiting).toBe(0));
  await new Promise((done) => setTimeout(done));
}

const all = (selector: string): HTMLElement[] => [
  ...document.querySelectorAll<HTMLElement>(selector),
];
const one = <E extends HTMLElement>(selector: string): E => {
  const found = document.querySelector<E>(selector);
  if (found === null) throw new Error(`Nothing is ${selector}.`);
  return found;
};
const titles = (list = ''): string[] =>
  all(`${list} .thread__title`).map((title) => title.textContent ?? '');
const named = (selector: string, name: string): HTMLElement => {
  const found = all(selector).find((element) => element.textContent === name);
  if (found === undefined) throw new Error(`No ${selector} is called ${name}.`);
  return found;
};
const press = (key: string): void => {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
  (document.activeElement ?? document.body).dispatchEvent(event);
};
const choose = (title: string, item: string): void => {
  one(`[aria-label="Options of ${title}"]`).click();
  named('[role=menuitem]', item).click();
};

test('pinned threads stand first, the one that is open is marked, a running one says so', async () => {
  server.threads.push(
    summary('a', { title: 'Oslo', pinned: true }),
    summary('b', { title: 'Lima', active: true }),
    summary('c', { title: '' }),
  );
  await open();
  sidebar.update({ name: 'chat', threadId: 'b' });
  expect(titles('[aria-labelledby=threads-pinned]')).toEqual(['Oslo']);
  expect(titles('[aria-labelledby=threads-recent]')).toEqual(['Lima', 'New chat']);
  expect(all('[aria-current=page]').map((link) => link.getAttribute('href'))).toEqual(['/chat/b']);
  expect(all('.thread__running').map((mark) => mark.hidden)).toEqual([true, false, true]);
  expect(all('.threads section').map((section) => section.hidden)).toEqual([false, false]);
});

test('a visitor without chats is told what will stand here', async () => {
  await open();
  expect(one('.sidebar__note').textContent).toBe('Your chats will be listed here.');
});

test('a list that cannot be loaded says why, and is tried again on a click', async () => {
  server.isAway = true;
  await open();
  expect(one('.sidebar__note').textContent).toContain('does not answer');
  server.isAway = false;
  server.threads.push(summary('a'));
  named('button', 'Try again').click();
  await settled();
  expect(titles()).toEqual(['Chat a']);
  expect(one('.sidebar__note').textContent).toBe('');
});

test('what a search found shows where', async () => {
  server.threads.push(
    summary('a', { title: 'Oslo', snippet: 'to \uE000Oslo\uE001', pinned: true }),
  );
  await open();
  const input = one<HTMLInputElement>('#thread-search');
  input.value = 'oslo';
  input.dispatchEvent(new Event('input'));
  await settled();
  expect(one('section:not([hidden]) > .threads__heading').textContent).toBe('Found');
  expect(one('mark').textContent).toBe('Oslo');
  input.value = 'xyz';
  input.dispatchEvent(new Event('input'));
  await settled();
  expect(one('.sidebar__note').textContent).toBe('No chat matches these words.');
  input.focus();
  press('Escape');
  await settled();
  expect(input.value).toBe('');
  expect(titles()).toEqual(['Oslo']);
});

test('the arrow keys go from chat to chat', async () => {
  server.threads.push(summary('a', { pinned: true }), summary('b'), summary('c'));
  await open();
  all('.thread__link')[0]?.focus();
  press('ArrowDown');
  press('ArrowDown');
  expect(document.activeElement?.getAttribute('href')).toBe('/chat/c');
  press('Home');
  expect(document.activeElement?.getAttribute('href')).toBe('/chat/a');
});

test('a menu opens with its first item, is walked with the arrow keys and left with Escape', async () => {
  server.threads.push(summary('a'));
  await open();
  const button = one('.thread__more');
  button.focus();
  press('ArrowDown');
  expect(button.getAttribute('aria-expanded')).toBe('true');
  expect(document.activeElement?.textContent).toBe('Rename');
  press('ArrowUp');
  expect(document.activeElement?.textContent).toBe('Delete');
  expect(all('[role=menuitem]').map((item) => item.getAttribute('href'))).toEqual([
    null,
    null,
    null,
    null,
    null,
    '/api/threads/a/export?format=markdown',
    '/api/threads/a/export?format=json',
    null,
  ]);
  press('Escape');
  expect(document.activeElement).toBe(button);
  expect(button.getAttribute('aria-expanded')).toBe('false');
  expect(one('[role=menu]').hidden).toBe(true);
});

test('a title is changed in place: Enter keeps it, Escape does not', async () => {
  server.threads.push(summary('a', { title: 'Old' }));
  await open();
  choose('Old', 'Rename');
  one<HTMLInputElement>('.thread__input').value = 'Never';
  press('Escape');
  expect(titles()).toEqual(['Old']);
  press('F2');
  one<HTMLInputElement>('.thread__input').value = ' New ';
  press('Enter');
  expect(titles()).toEqual(['New']);
  expect(document.activeElement).toBe(one('.thread__link'));
  await settled();
  expect(server.threads[0]?.title).toBe('New');
});

test('a refresh leaves a title alone that is being changed', async () => {
  server.threads.push(summary('a'), summary('b'));
  await open();
  choose('Chat b', 'Rename');
  const input = one<HTMLInputElement>('.thread__input');
  input.value = 'Half';
  server.threads.reverse();
  window.dispatchEvent(new Event('focus'));
  await settled();
  expect(document.activeElement).toBe(input);
  expect(input.value).toBe('Half');
  expect(all('.thread').map((thread) => thread.contains(input))).toEqual([false, true]);
  press('Escape');
  expect(titles()).toEqual(['Chat b', 'Chat a']);
});

test('a pin moves a chat to the top, and the focus with it', async () => {
  server.threads.push(summary('a'), summary('b'));
  await open();
  choose('Chat b', 'Pin');
  expect(titles('[aria-labelledby=threads-pinned]')).toEqual(['Chat b']);
  expect(document.activeElement?.getAttribute('aria-label')).toBe('Options of Chat b');
});

test('the open chat is left when it is deleted, and opened again when that is undone', async () => {
  server.threads.push(summary('a'), summary('b'));
  await open();
  sidebar.update({ name: 'chat', threadId: 'a' });
  choose('Chat a', 'Delete');
  await settled();
  expect(titles()).toEqual(['Chat b']);
  expect(gone).toEqual([{ name: 'chat', threadId: null }]);
  expect(one('.toast').textContent).toBe('Chat deleted.Undo');
  named('button', 'Undo').click();
  await settled();
  expect(titles().sort()).toEqual(['Chat a', 'Chat b']);
  expect(gone.at(-1)).toEqual({ name: 'chat', threadId: 'a' });
  expect(one('.toast').textContent).toBe('');
});

test('another chat is deleted where one is, and the focus goes to its neighbour', async () => {
  server.threads.push(summary('a'), summary('b'), summary('c'));
  await open();
  sidebar.update({ name: 'chat', threadId: 'a' });
  choose('Chat b', 'Delete');
  await settled();
  expect(gone).toEqual([]);
  expect(document.activeElement?.getAttribute('href')).toBe('/chat/c');
});

test('a notice goes by itself', async () => {
  await open();
  toast.show('Chat deleted.', { label: 'Undo', act() {} });
  clock.advance(7_999);
  expect(one('.toast').textContent).toContain('Chat deleted.');
  clock.advance(1);
  expect(one('.toast').textContent).toBe('');
});

test('an imported chat is opened', async () => {
  await open();
  server.answers['POST /api/threads'] = () => json(summary('new'), 201);
  const input = one<HTMLInputElement>('input[type=file]');
  Object.defineProperty(input, 'files', { value: [new File(['{}'], 'chat.json')] });
  input.dispatchEvent(new Event('change'));
  await settled();
  expect(gone).toEqual([{ name: 'chat', threadId: 'new' }]);
});

test('beside the page it stays closed when it was closed', async () => {
  await open();
  expect(sidebar.element.hidden).toBe(false);
  sidebar.toggle.click();
  expect(sidebar.element.hidden).toBe(true);
  expect(sidebar.toggle.getAttribute('aria-expanded')).toBe('false');
  sidebar.dispose();
  document.body.replaceChildren();
  await open();
  expect(sidebar.element.hidden).toBe(true);
  sidebar.toggle.click();
  expect(sidebar.element.hidden).toBe(false);
  expect(storage.values.size).toBe(0);
});

test('a drawer holds the focus, and Escape or a step elsewhere closes it', async () => {
  isNarrow = true;
  await open();
  expect(sidebar.element.hidden).toBe(true);
  sidebar.toggle.click();
  expect(sidebar.element.getAttribute('role')).toBe('dialog');
  expect(behind.inert).toBe(true);
  expect(document.activeElement?.textContent).toBe('Close');
  press('Escape');
  expect(sidebar.element.hidden).toBe(true);
  expect(behind.inert).toBe(false);
  expect(document.activeElement).toBe(sidebar.toggle);
  sidebar.toggle.click();
  sidebar.update({ name: 'chat', threadId: null });
  expect(behind.inert).toBe(false);
  sidebar.toggle.click();
  sidebar.backdrop.click();
  expect(sidebar.element.hidden).toBe(true);
  expect(storage.values.size, 'a drawer is always closed at first').toBe(0);
});

test('the times beside chats are told anew every minute', async () => {
  const now = 1_800_000_000;
  const time = vi.spyOn(Date, 'now').mockReturnValue(now * 1000);
  server.threads.push(summary('a', { updated_at: now - 90 }));
  await open();
  expect(one('.thread__time').textContent).toBe('1 min');
  time.mockReturnValue((now + 60) * 1000);
  clock.advance(60_000);
  expect(one('.thread__time').textContent).toBe('2 min');
});
