import './styles/tokens.css';
import './styles/base.css';
import { createApi } from './api.ts';
import { h, listen, type View } from './dom.ts';
import { createRouter, type Route } from './router.ts';
import { browserStorage } from './storage.ts';
import { createChat } from './view/chat.ts';
import { createHeader } from './view/header.ts';
import { createSetup } from './view/setup.ts';

const app = document.getElementById('app');
if (app === null) throw new Error('The page has no #app.');

const api = createApi();
const header = createHeader(browserStorage);
const stage = h('div', { class: 'stage' });
const skip = h('a', { class: 'skip-link', href: '#main' }, 'Skip to the content');
app.append(skip, header.element, stage);

let shown: View | null = null;

function show(route: Route): void {
  shown?.dispose();
  shown = route.name === 'setup' ? showSetup() : showChat(route.threadId);
  stage.replaceChildren(shown.element);
  header.update(route);
}

function showSetup(): View {
  document.title = 'Setup · Runstream';
  return createSetup(api);
}

function showChat(threadId: string | null): View {
  return createChat({
    threadId,
    api,
    onThread: (id) => router.rename({ name: 'chat', threadId: id }),
    onUnready: () => router.redirect({ name: 'setup' }),
  });
}

const router = createRouter((route) => {
  show(route);
  // A reader of the screen is told where it is; the eye sees it.
  document.getElementById('main')?.focus({ preventScroll: true });
});
// The address of the view stays as it is: a fragment would be one more entry in the history.
listen(skip, 'click', (event) => {
  event.preventDefault();
  document.getElementById('main')?.focus();
});
show(router.route);
