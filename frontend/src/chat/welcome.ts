import './welcome.css';
import { h, listen, type View } from '../base/dom.ts';
import type { Greeter } from '../server/first_assistant.ts';
import { t } from '../strings/chat.ts';
import { icon } from '../ui/icon.ts';

export interface WelcomeView extends View {
  /** Whom the reader is about to talk to; null if nobody knows. It shows nothing before. */
  update(greeter: Greeter | null): void;
}

/**
 * The empty chat: the assistant's greeting, and its suggestions to start with.
 *
 *     section.welcome
 *       span.welcome__mark
 *       p.welcome__name           where it has a name
 *       h2.welcome__heading
 *       p.welcome__lead           not below a greeting of its own that has none
 *       div.welcome__examples
 *         button.welcome__example*
 *           span.welcome__title
 *           span.welcome__prompt
 */
export function createWelcome(ask: (prompt: string) => void): WelcomeView {
  const element = h('section', { class: 'welcome', 'aria-label': t.welcome.label });
  let shown = '';
  return {
    element,
    update(greeter) {
      const { greeting = '', introduction = '', suggestions = [] } = greeter?.start ?? {};
      const name = greeter?.name ?? '';
      const state = JSON.stringify([name, greeting, introduction, suggestions]);
      if (state === shown) return;
      shown = state;
      const lead = introduction || (greeting === '' ? t.welcome.introduction : '');
      element.replaceChildren(
        h('span', { class: 'welcome__mark' }, icon('brand')),
        ...(name === '' ? [] : [h('p', { class: 'welcome__name', dir: 'auto' }, name)]),
        h('h2', { class: 'welcome__heading', dir: 'auto' }, greeting || t.welcome.greeting),
        ...(lead === '' ? [] : [h('p', { class: 'welcome__lead', dir: 'auto' }, lead)]),
        h(
          'div',
          { class: 'welcome__examples' },
          ...suggestions.map(({ title = '', prompt }) => suggestion(title, prompt, ask)),
        ),
      );
    },
  };
}

function suggestion(title: string, prompt: string, ask: (prompt: string) => void): HTMLElement {
  const button = h(
    'button',
    { class: 'welcome__example', type: 'button', dir: 'auto' },
    title !== '' && h('span', { class: 'welcome__title' }, title),
    h('span', { class: 'welcome__prompt' }, prompt),
  );
  listen(button, 'click', () => ask(prompt));
  return button;
}
