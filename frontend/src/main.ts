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
  header.update(route);
  if (route.name === 'setup') {
    document.title = 'Setup · Runstream';
    shown = createSetup(api);
    stage.replaceChildren(shown.element);
    // Whoever does not see the page hears where it is now.
    shown.element.focus({ preventScroll: true });
    return;
  }
  const chat = createChat({
    threadId: route.threadId,
    api,
    onThread: (id) => router.rename({ name: 'chat', threadId: id }),
    onUnready: () => router.redirect({ name: 'setup' }),
  });
  shown = chat;
  stage.replaceChildren(chat.element);
  chat.focus();
}

const router = createRouter(show);
// The address of the view stays as it is: a fragment would be one more entry in the history.
listen(skip, 'click', (event) => {
  event.preventDefault();
  document.getElementById('main')?.focus();
});
show(router.route);
