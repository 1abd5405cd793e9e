import './styles/tokens.css';
import './styles/base.css';
import { h, type View } from './dom.ts';
import { createRouter, type Route } from './router.ts';
import { createChat } from './view/chat.ts';
import { createSetup } from './view/setup.ts';

const app = document.getElementById('app');
if (app === null) throw new Error('The page has no #app.');

const stage = h('div', { class: 'stage' });
app.append(stage);
let shown: View | null = null;

function show(route: Route): void {
  shown?.dispose();
  shown = route.name === 'setup' ? createSetup() : createChat();
  stage.replaceChildren(shown.element);
}

const router = createRouter(show);
show(router.route);
