import './overview.css';
import { type Child, h, listen } from '../base/dom.ts';
import { at } from '../base/root.ts';
import type { Missing, SetupState } from '../protocol.ts';
import { t } from '../strings/setup.ts';
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
  const check = button(t.overview.checkAgain);
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
    h('h2', { class: 'setup-heading' }, demo ? t.overview.demoReady : t.overview.ready),
    h('p', {}, ...(demo ? toAModel() : [answers(state)])),
    h('a', { class: 'button button--primary', href: at('/chat') }, t.overview.start),
  ];
}

function toAModel(): readonly Child[] {
  return t.overview.toAModel((part, words) => h('a', { href: `#${SECTIONS[part]}` }, words));
}

function answers({ assistant, upstream }: SetupState): string {
  const name = upstream.name ?? upstream.choice;
  const through = t.overview.api(UPSTREAMS[name]?.title ?? name, upstream.base_url);
  if (assistant === null) return t.overview.through(through);
  return t.overview.answers(assistant.name, assistant.model, through);
}

function unready(state: SetupState, check: HTMLElement): Node[] {
  const { missing, upstream } = state;
  return [
    h('h2', { class: 'setup-heading' }, missing.length > 0 ? t.overview.before : t.overview.wrong),
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
        link(t.overview.needsUpstream.link),
        t.overview.needsUpstream.why(state.upstream.choice),
      );
    case 'api_key':
      return h('li', {}, link(t.overview.needsKey.link), t.overview.needsKey.why);
    case 'assistant':
      if (state.assistant_id === null) {
        return h('li', {}, link(t.overview.needsAssistant.link), t.overview.needsAssistant.why);
      }
      return h(
        'li',
        {},
        link(t.overview.needsAssistant.link),
        ...t.overview.needsAssistant.unknown(h('code', {}, state.assistant_id)),
      );
  }
}

function retired(): HTMLElement {
  return h('p', {}, t.overview.retired);
}
