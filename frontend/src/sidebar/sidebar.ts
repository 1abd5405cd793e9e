import './sidebar.css';
import { h, listen, setText, type View } from '../base/dom.ts';
import { at } from '../base/root.ts';
import type { Route } from '../base/router.ts';
import type { KeyValues } from '../base/storage.ts';
import { systemClock } from '../base/time.ts';
import type { ServerMessage } from '../protocol.ts';
import { ApiProblem } from '../server/api.ts';
import { INSTRUCTIONS } from '../server/instructions.ts';
import type { SharingApi } from '../sharing/dialog.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/sidebar.ts';
import { button, iconButton } from '../ui/button.ts';
import { icon } from '../ui/icon.ts';
import { createMenu } from '../ui/menu.ts';
import type { ToastView } from '../ui/toast.ts';
import type { ThreadUsageApi } from '../usage/dialog.ts';
import { bindDrawer } from './drawer.ts';
import { createImportButton } from './import_button.ts';
import { createThreadList } from './list.ts';
import { createThreadSearch } from './search.ts';
import { createThreads, type Threads, type ThreadsApi, type ThreadsOptions } from './threads.ts';

export interface SidebarOptions {
  readonly api: ThreadsApi & ThreadUsageApi & SharingApi;
  readonly storage: KeyValues;
  readonly toast: Pick<ToastView, 'show'>;
  /** The rest of the page, inert while a drawer covers it. */
  behind(): readonly HTMLElement[];
  go(route: Route): void;
  readonly onWaiting?: ThreadsOptions['onWaiting'];
  readonly channel?: ThreadsOptions['channel'];
  readonly clock?: ThreadsOptions['clock'];
}

export interface SidebarView extends View {
  /** Opens and closes the sidebar; it is in the header. */
  readonly toggle: HTMLButtonElement;
  readonly backdrop: HTMLElement;
  update(route: Route): void;
  /** A new chat has become a thread: only its address changes. */
  rename(route: Route): void;
  /** Takes a message that the open thread's socket received. */
  receive(message: ServerMessage): void;
  dispose(): void;
}

const MINUTE_MS = 60_000;

/** The list of the reader's chats. */
export function createSidebar(options: SidebarOptions): SidebarView {
  const clock = options.clock ?? systemClock;
  let currentId: string | null = null;

  const threads = createThreads({
    api: options.api,
    onChange: () => draw(),
    onProblem: (sentence) => options.toast.show(sentence),
    ...(options.onWaiting === undefined ? {} : { onWaiting: options.onWaiting }),
    ...(options.channel === undefined ? {} : { channel: options.channel }),
    clock,
  });

  const remove = async (id: string): Promise<void> => {
    const wasCurrent = id === currentId;
    if (!list.focusBeside(id)) newChat.focus();
    const done = threads.remove(id);
    if (wasCurrent) options.go({ name: 'chat', threadId: null });
    if (!(await done)) return;
    const undo = async (): Promise<void> => {
      if ((await threads.restore(id)) && wasCurrent) options.go({ name: 'chat', threadId: id });
    };
    options.toast.show(t.deleted, { label: t.undo, act: () => void undo() });
  };
  const showUsage = async (id: string, title: string): Promise<void> => {
    try {
      const { openThreadUsage } = await import('../usage/dialog.ts');
      await openThreadUsage(options.api, id, title);
    } catch (error) {
      options.toast.show(t.noUsage);
      throw error;
    }
  };
  const share = async (id: string, title: string): Promise<void> => {
    try {
      const { openSharing } = await import('../sharing/dialog.ts');
      await openSharing(options.api, id, title);
    } catch (error) {
      options.toast.show(t.noLinks);
      throw error;
    }
  };
  const instruct = async (id: string): Promise<void> => {
    const problem = await problemOf(async () => {
      const [{ openTextDialog }, { instructions }] = await Promise.all([
        import('../ui/text_dialog.ts'),
        options.api.thread(id),
      ]);
      openTextDialog({
        ...INSTRUCTIONS,
        text: instructions,
        save: (text) => problemOf(() => options.api.updateThread(id, { instructions: text })),
      });
    });
    if (problem !== null) options.toast.show(problem);
  };
  const open = async (file: File): Promise<void> => {
    const id = await threads.importFile(file);
    if (id !== null) options.go({ name: 'chat', threadId: id });
  };

  const toggle = iconButton('sidebar', t.chats, { 'aria-controls': 'sidebar' });
  const close = iconButton('close', common.close, { class: 'sidebar__close' });
  const newChat = h(
    'a',
    { class: 'button sidebar__new', href: at('/chat') },
    icon('plus'),
    common.newChat,
  );
  const search = createThreadSearch(threads.search);
  const menu = createMenu();
  const list = createThreadList({
    openMenu: menu.open,
    rename: (id, title) => (title === null ? draw() : void threads.rename(id, title)),
    pin: (id, pinned) => void threads.pin(id, pinned),
    instruct: (id) => void instruct(id),
    remove: (id) => void remove(id),
    share: (id, title) => void share(id, title),
    showUsage: (id, title) => void showUsage(id, title),
  });
  const note = h('p', { class: 'sidebar__note', role: 'status' });
  const retry = button(common.tryAgain, { hidden: true });
  const end = h('div', { class: 'sidebar__end' });
  const scroller = h(
    'nav',
    { class: 'sidebar__scroller', 'aria-label': t.chats },
    list.element,
    h('div', { class: 'sidebar__notes' }, note, retry),
    end,
  );
  const importButton = createImportButton((file) => void open(file));
  const element = h(
    'section',
    { class: 'sidebar', id: 'sidebar', 'aria-label': t.chats },
    h('div', { class: 'sidebar__head' }, newChat, close),
    search.element,
    scroller,
    h('div', { class: 'sidebar__foot' }, importButton.element),
    menu.element,
  );
  const drawer = bindDrawer({
    panel: element,
    toggle,
    close,
    behind: options.behind,
    storage: options.storage,
  });

  const draw = (): void => {
    list.update(threads.listed, currentId, threads.isFound);
    const text = noteOf(threads);
    setText(note, text);
    retry.hidden = threads.problem === null;
    // Observed anew, it reports whether the end is in view now.
    nearEnd.unobserve(end);
    if (threads.hasMore) nearEnd.observe(end);
  };
  const nearEnd = new IntersectionObserver(
    (entries) => {
      if (entries.some((entry) => entry.isIntersecting)) void threads.more();
    },
    { root: scroller, rootMargin: '400px' },
  );

  listen(retry, 'click', threads.refresh);
  listen(scroller, 'scroll', menu.close, { passive: true });
  const removers = [
    listen(window, 'focus', threads.refresh),
    listen(document, 'visibilitychange', () => {
      if (document.visibilityState === 'visible') threads.refresh();
    }),
  ];
  let cancelTimer = (): void => {};
  /** Refreshes relative times. */
  const drawEachMinute = (): void => {
    draw();
    cancelTimer = clock.after(MINUTE_MS, drawEachMinute);
  };
  drawEachMinute();

  const show = (route: Route): void => {
    currentId = route.name === 'chat' ? route.threadId : null;
    draw();
  };

  return {
    element,
    toggle,
    backdrop: drawer.backdrop,
    update(route) {
      drawer.leave();
      show(route);
    },
    rename: show,
    receive: threads.receive,
    dispose() {
      cancelTimer();
      nearEnd.disconnect();
      threads.dispose();
      drawer.dispose();
      menu.dispose();
      for (const remove of removers) remove();
    },
  };
}

/** The text below the list, or in its place. */
function noteOf({ problem, isLoading, listed, query }: Threads): string {
  if (problem !== null) return problem;
  if (isLoading || listed.length > 0) return '';
  return query === '' ? t.empty : t.noMatch;
}

/** Resolves to why something failed at the server; null if it is done. */
async function problemOf(work: () => Promise<unknown>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof ApiProblem) return error.message;
    throw error;
  }
}
