import './overview.css';
import { type Child, h, listen } from '../base/dom.ts';
import { at } from '../base/root.ts';
import type { Missing, SetupState } from '../protocol.ts';
import { button } from '../ui/button.ts';
import { goTo } from './section.ts';
import { UPSTREAMS } from './upstreams.ts';

export interface Overview {
  readonly element: HTMLElement;
  update(state: SetupState): void;
}

const SECTIONS: Readonly<Record<Missing, string>> = {
  upstream: 'setup-upstream-title',
  api_key: 'setup-key-title',
  assistant: 'setup-assistant-title',
};

/** First and plainly what is missing; else who answers, and a link to the chat. */
export function createOverview(onCheck: () => void): Overview {
  const element = h('div', { class: 'setup-overview' });
  const check = button('Check again');
  listen(check, 'click', onCheck);
  // The router does not scroll to places on a page.
  listen(element, 'click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (goTo(link?.hash.slice(1) ?? '')) event.preventDefault();
  });
  return {
    element,
    update(state) {
      element.dataset['ready'] = String(state.ready);
      const checking = check.contains(document.activeElement);
      element.replaceChildren(...(state.ready ? ready(state) : unready(state, check)));
      // The clicked button has moved or disappeared: keep the focus here.
      if (checking) (check.isConnected ? check : element.querySelector('a'))?.focus();
    },
  };
}

function ready(state: SetupState): Node[] {
  const demo = state.upstream.name === 'demo';
  return [
    h('h2', { class: 'setup-heading' }, demo ? 'The demo is ready' : 'Ready to chat'),
    h('p', {}, ...(demo ? toAModel() : [answers(state)])),
    h('a', { class: 'button button--primary', href: at('/chat') }, 'Start chatting'),
  ];
}

function toAModel(): Child[] {
  const link = (part: Missing, text: string) => h('a', { href: `#${SECTIONS[part]}` }, text);
  return [
    'Answers come from a script, offline, not from an AI. For a real model, ',
    link('upstream', 'choose an upstream'),
    ' or ',
    link('api_key', 'save an API key'),
    ', then ',
    link('assistant', 'create an assistant'),
    '.',
  ];
}

function answers({ assistant, upstream }: SetupState): string {
  const name = upstream.name ?? upstream.choice;
  const through = UPSTREAMS[name]?.title ?? name;
  const at = upstream.base_url === null ? '' : ` at ${upstream.base_url}`;
  if (assistant === null) return `Answers come through the ${through}${at}.`;
  return `${assistant.name} answers with ${assistant.model}, through the ${through}${at}.`;
}

function unready(state: SetupState, check: HTMLElement): Node[] {
  const { missing, upstream } = state;
  return [
    h(
      'h2',
      { class: 'setup-heading' },
      missing.length > 0 ? 'Before you can chat' : 'The upstream does not answer correctly',
    ),
    ...(upstream.problem === null ? [] : [h('p', { class: 'setup-problem' }, upstream.problem)]),
    ...(upstream.retired ? [retired()] : []),
    ...(missing.length === 0
      ? []
      : [h('ul', { class: 'setup-missing' }, ...missing.map((part) => missingPart(part, state)))]),
    ...(upstream.problem === null ? [] : [check]),
  ];
}

function missingPart(part: Missing, state: SetupState): HTMLElement {
  const link = (text: string) => h('a', { href: `#${SECTIONS[part]}` }, text);
  switch (part) {
    case 'upstream':
      return h(
        'li',
        {},
        link('Choose an upstream'),
        `: there is none called ${state.upstream.choice}.`,
      );
    case 'api_key':
      return h('li', {}, link('Set an API key'), ': this upstream requires one.');
    case 'assistant':
      if (state.assistant_id === null) {
        return h('li', {}, link('Create an assistant'), ': it sets which model answers, and how.');
      }
      return h(
        'li',
        {},
        link('Create an assistant'),
        ': the upstream does not know ',
        h('code', {}, state.assistant_id),
        ', which ASSISTANT_ID names.',
      );
  }
}

function retired(): HTMLElement {
  return h(
    'p',
    {},
    'This server no longer has the Assistants API: OpenAI and Azure switched it off on 26 August 2026. ',
    'Choose the Responses API instead, which keeps your functions and threads working here, ',
    'or the base URL of a server that still has Assistants v2.',
  );
}
