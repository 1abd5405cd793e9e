import './base/tokens.css';
import './base/base.css';
import './ui/button.css';
import { h, listen, type View } from './base/dom.ts';
import { keepFocus } from './base/focus.ts';
import { bindKeys, type Command, type Commands, KEYS, keyLabel } from './base/keys.ts';
import { createNotify } from './base/notifications.ts';
import { at } from './base/root.ts';
import { createRouter, type Route } from './base/router.ts';
import { browserStorage } from './base/storage.ts';
import { setSite, setTitle, setWaiting } from './base/title.ts';
import { type ChatView, createChat } from './chat/chat.ts';
import { createHeader } from './header.ts';
import { registerWorker } from './install.ts';
import type { Choice } from './palette/palette.ts';
import { createApi } from './server/api.ts';
import { createSidebar } from './sidebar/sidebar.ts';
import { slots } from './slots/slots.ts';
import { createToast } from './ui/toast.ts';
import type { Workbench } from './workbench/workbench.ts';
// Last, since it overrides the sheets of the views.
import './print.css';

/** The sections of `/setup`, by the name in their address. */
const SECTIONS = [
  ['upstream', 'Upstream: which server answers'],
  ['key', 'API key'],
  ['assistant', 'Assistants: model, instructions, tools'],
  ['approvals', 'Approvals: what asks first'],
  ['files', 'Files to search'],
  ['interpreter', 'Code interpreter'],
  ['mcp', 'MCP servers'],
  ['doctor', 'Check-up'],
  ['usage', 'Usage: tokens and costs by day'],
] as const;

const app = document.getElementById('app');
if (app === null) throw new Error('The page has no #app.');

setSite(slots.name);
if (slots.favicon !== null) {
  document.querySelector('link[rel=icon]')?.setAttribute('href', slots.favicon);
}

const api = createApi();
const toast = createToast();
const notify = createNotify();
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
      setTitle('Setup');
      stand(createSetup(api, route.section));
    } else {
      const { createWorkbench } = await import('./workbench/workbench.ts');
      if (router.route !== route) return;
      setTitle('Tools');
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
  const here = commands();
  const go = (section: string) => () => router.navigate({ name: 'setup', section });
  try {
    const { openPalette } = await import('./palette/palette.ts');
    openPalette({
      api,
      choices: [
        ...(Object.keys(KEYS) as Command[]).flatMap((command): Choice[] => {
          const choose = here[command];
          if (choose === undefined || command === 'palette') return [];
          const { label } = KEYS[command];
          return [{ group: 'Commands', label, icon: 'right', key: keyLabel(command), choose }];
        }),
        { group: 'Commands', label: 'Change the theme', icon: 'sun', choose: header.changeTheme },
        ...SECTIONS.map(
          ([section, label]): Choice => ({
            group: 'Settings',
            label,
            icon: 'sliders',
            choose: go(section),
          }),
        ),
      ],
      openChat: (threadId) => router.navigate({ name: 'chat', threadId }),
      openTool: (tool) => router.navigate({ name: 'tools', tool }),
    });
  } catch {
    failed();
  }
}

function failed(): void {
  toast.show('This page could not be loaded.', { label: 'Reload', act: () => location.reload() });
}

const router = createRouter(show);
bindKeys(commands);
keepFocus();
registerWorker();
// The address must not change: a fragment would add an entry to the history.
listen(skip, 'click', (event) => {
  event.preventDefault();
  document.getElementById('main')?.focus();
});
show(router.route);
