import './assistant_choice.css';
import { h, listen, type View } from '../base/dom.ts';
import type { AssistantInfo } from '../protocol.ts';
import type { Api } from '../server/api.ts';
import type { AssistantPick } from '../thread/drafts.ts';

export interface AssistantChoice extends View {
  /** `stored` is the assistant that the server has for the thread; null for the default one. */
  update(stored: string | null): void;
  dispose(): void;
}

/** Who answers the next message. Hidden where there is only one assistant. */
export function createAssistantChoice(
  api: Pick<Api, 'assistants'>,
  pick: AssistantPick,
): AssistantChoice {
  const request = new AbortController();
  const select = h('select', { class: 'assistant-choice__select', id: 'assistant-choice' });
  const element = h(
    'div',
    { class: 'assistant-choice', hidden: true },
    h('label', { class: 'assistant-choice__label', for: select.id }, 'Assistant'),
    select,
  );
  let assistants: readonly AssistantInfo[] = [];
  let stored: string | null = null;
  let shown = '';

  const draw = (): void => {
    const fallback = assistants.find((each) => each.is_default)?.id ?? null;
    const chosen = pick.read() || stored || fallback || '';
    element.hidden = assistants.length < 2;
    const state = JSON.stringify([chosen, assistants.map(({ id, name }) => [id, name])]);
    if (state === shown) return;
    shown = state;
    const isKnown = assistants.some(({ id }) => id === chosen);
    select.replaceChildren(
      ...(isKnown ? [] : [h('option', { value: chosen, disabled: true }, 'Not there any more')]),
      ...assistants.map(({ id, name }) => h('option', { value: id }, name || id)),
    );
    select.value = chosen;
  };

  listen(select, 'change', () => {
    pick.write(select.value);
    draw();
  });
  api.assistants(request.signal).then(
    (list) => {
      assistants = list.assistants;
      draw();
    },
    () => {
      // Without a list the chat goes on with whoever answers there.
    },
  );

  return {
    element,
    update(next) {
      // The server has taken the choice over.
      if (next !== null && next !== stored && next === pick.read()) pick.write('');
      stored = next;
      draw();
    },
    dispose: () => request.abort(),
  };
}
