import './base/tokens.css';
import './base/base.css';
import './ui/button.css';
import { h, listen, type View } from './base/dom.ts';
import { keepFocus } from './base/focus.ts';
import { bindKeys, type Commands } from './base/keys.ts';
import { createNotify } from './base/notifications.ts';
import { at } from './base/root.ts';
import { createRouter, type Route } from './base/router.ts';
import { browserStorage } from './base/storage.ts';
import { systemClock } from './base/time.ts';
import { setSite, setTitle, setWaiting } from './base/title.ts';
import { type ChatView, createChat } from './chat/chat.ts';
import { createHeader } from './header.ts';
import { registerWorker } from './install.ts';
import { createApi } from './server/api.ts';
import { createSidebar } from './sidebar/sidebar.ts';
import { slots } from './slots/slots.ts';
import { prepareActions } from './tool_call/action/action.ts';
import { createToast } from './ui/toast.ts';
import type { Workbench } from './workbench/workbench.ts';
// Last, since it overrides the sheets of the views.
import './print.css';
import { common } from './strings/common.ts';
import { t } from './strings/shell.ts';

const app = document.getElementById('app');
if (app === null) throw new Error('#app');

setSite(slots.name);
if (slots.favicon !== null) {
  document.querySelector('link[rel=icon]')?.setAttribute('href', slots.favicon);
}

const api = createApi();
const toast = createToast();
const notify = createNotify();
const stage = h('div', { class: 'stage' });
const skip = h('a', { class: 'skip-link', href: '#main' }, t.skip);
const sidebar = createSidebar({
  api,
  storage: browserStorage,
  toast,
  behind: () => [skip, header.element, stage],
  go: (route) => router.navigate(route),
  onWaiting(chats, news) {
    setWaiting(chats);
    for (const { id, title } of news) {
      const open = (): void => router.navigate({ name: 'chat', threadId: id });
      notify(title || common.newChat, t.assistantWaits, id, open);
    }
  },
});
const header = createHeader(slots, browserStorage, sidebar.toggle, () => void find());
const body = h('div', { class: 'body' }, sidebar.backdrop, sidebar.element, stage);
app.append(skip, header.element, body, toast.element);

void api.session().then(
  ({ logged_in }) => {
    if (logged_in) header.offerLogOut((everywhere) => void logOut(everywhere));
  },
  () => undefined,
);

// A session may have ended while nobody looked: any answer of the server then leads to the login.
listen(document, 'visibilitychange', () => {
  if (!document.hidden) void api.session().catch(() => undefined);
});

async function logOut(everywhere: boolean): Promise<void> {
  try {
    await api.logOut(everywhere);
    location.assign(at('/login'));
  } catch (error) {
    toast.show(error instanceof Error ? error.message : String(error));
  }
}

let shown: View | null = null;
let chat: ChatView | null = null;
let workbench: Workbench | null = null;

function show(route: Route): void {
  header.update(route);
  sidebar.update(route);
  if (route.name === 'tools' && workbench !== null) {
    workbench.show(route.tool);
    return;
  }
  if (route.name !== 'chat') {
    void load(route);
    return;
  }
  const view = createChat({
    threadId: route.threadId,
    api,
    slots,
    onThread(threadId) {
      router.rename({ name: 'chat', threadId });
      sidebar.rename({ name: 'chat', threadId });
    },
    onMessage: sidebar.receive,
    onUnready: () => router.redirect({ name: 'setup' }),
  });
  stand(view);
  chat = view;
  view.focus();
}

/** Shows what no chat needs: its code is loaded once somebody asks for it. */
async function load(route: Exclude<Route, { name: 'chat' }>): Promise<void> {
  try {
    if (route.name === 'setup') {
      const { createSetup } = await import('./setup/setup.ts');
      if (router.route !== route) return;
      setTitle(t.setup);
      stand(createSetup(api, route.section));
    } else {
      const { createWorkbench } = await import('./workbench/workbench.ts');
      if (router.route !== route) return;
      setTitle(common.tools);
      const view = createWorkbench(api, route.tool);
      stand(view);
      workbench = view;
    }
  } catch {
    failed();
    return;
  }
  // A screen reader says which page this is.
  shown?.element.focus({ preventScroll: true });
}

/** Shows a view in the place of the one before. */
function stand(view: View): void {
  shown?.dispose?.();
  workbench = null;
  chat = null;
  shown = view;
  stage.replaceChildren(view.element);
}

/** What keys do on this page, and in the view that is shown. */
function commands(): Commands {
  return {
    palette: () => void find(),
    newChat: () => router.navigate({ name: 'chat', threadId: null }),
    keys: () => void import('./palette/key_list.ts').then(({ showKeys }) => showKeys(), failed),
    ...chat?.commands,
  };
}

async function find(): Promise<void> {
  try {
    const { openPagePalette } = await import('./palette/page_palette.ts');
    openPagePalette({
      api,
      commands: commands(),
      changeTheme: header.changeTheme,
      openChat: (threadId) => router.navigate({ name: 'chat', threadId }),
      openSection: (section) => router.navigate({ name: 'setup', section }),
      openTool: (tool) => router.navigate({ name: 'tools', tool }),
    });
  } catch {
    failed();
  }
}

function failed(): void {
  toast.show(t.notLoaded, { label: common.reload, act: () => location.reload() });
}

const router = createRouter(show);
bindKeys(commands);
keepFocus();
registerWorker();
systemClock.idle(() => void prepareActions());
// The address must not change: a fragment would add an entry to the history.
listen(skip, 'click', (event) => {
  event.preventDefault();
  document.getElementById('main')?.focus();
});
show(router.route);
