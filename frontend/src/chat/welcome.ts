import './welcome.css';
import { h, listen, type View } from '../base/dom.ts';
import { icon } from '../ui/icon.ts';

const EXAMPLES = [
  { title: 'Weather in two places', prompt: "What's the weather in Oslo and Lima tomorrow?" },
  { title: 'A long answer', prompt: 'Show me long markdown' },
  { title: 'What it can do', prompt: 'What can you do?' },
] as const;

/** The empty chat: a greeting and some examples to start with. */
export function createWelcome(ask: (prompt: string) => void): View {
  const buttons = EXAMPLES.map(({ title, prompt }) => ({
    prompt,
    button: h(
      'button',
      { class: 'welcome__example', type: 'button' },
      h('span', { class: 'welcome__title' }, title),
      h('span', { class: 'welcome__prompt' }, prompt),
    ),
  }));
  for (const { prompt, button } of buttons) listen(button, 'click', () => ask(prompt));
  return {
    element: h(
      'section',
      { class: 'welcome', 'aria-labelledby': 'welcome-title' },
      h('span', { class: 'welcome__mark' }, icon('brand')),
      h('h2', { class: 'welcome__heading', id: 'welcome-title' }, 'What would you like to know?'),
      h(
        'p',
        { class: 'welcome__lead' },
        'Ask a question and watch the assistant work: every tool call is shown as it happens.',
      ),
      h('div', { class: 'welcome__examples' }, ...buttons.map(({ button }) => button)),
    ),
  };
}
