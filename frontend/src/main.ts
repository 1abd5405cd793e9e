import './base/tokens.css';
import './base/base.css';
import './ui/button.css';
import { h, listen, type View } from './base/dom.ts';
import { notify } from './base/notifications.ts';
import { at } from './base/root.ts';
import { createRouter, type Route } from './base/router.ts';
import { browserStorage } from './base/storage.ts';
import { setTitle, setWaiting } from './base/title.ts';
import { createChat } from './chat/chat.ts';
import { createHeader } from './header.ts';
import { createApi } from './server/api.ts';
import { createSetup } from './setup/setup.ts';
import { createSidebar } from './sidebar/sidebar.ts';
import { createToast } from './ui/toast.ts';

const app = document.getElementById('app');
if (app === null) throw new Error('The page has no #app.');

const api = createApi();
const toast = createToast();
const stage = h('div', { class: 'stage' });
const skip = h('a', { class: 'skip-link', href: '#main' }, 'Skip to the content');
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
      notify(title || 'New chat', 'The assistant waits for you.', id, open);
    }
  },
});
const header = createHeader(browserStorage, sidebar.toggle);
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

function show(route: Route): void {
  shown?.dispose?.();
  header.update(route);
  sidebar.update(route);
  if (route.name === 'setup') {
    setTitle('Setup');
    shown = createSetup(api, route.section);
    stage.replaceChildren(shown.element);
    // A screen reader says which page this is.
    shown.element.focus({ preventScroll: true });
    return;
  }
  const chat = createChat({
    threadId: route.threadId,
    api,
    onThread(threadId) {
      router.rename({ name: 'chat', threadId });
      sidebar.rename({ name: 'chat', threadId });
    },
    onMessage: sidebar.receive,
    onUnready: () => router.redirect({ name: 'setup' }),
  });
  shown = chat;
  stage.replaceChildren(chat.element);
  chat.focus();
}

const router = createRouter(show);
// The address must not change: a fragment would add an entry to the history.
listen(skip, 'click', (event) => {
  event.preventDefault();
  document.getElementById('main')?.focus();
});
show(router.route);
