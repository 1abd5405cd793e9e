import { listen, type View } from '../base/dom.ts';
import type { AssistantInfo } from '../protocol.ts';
import type { Api } from '../server/api.ts';
import { keepFirstAssistant } from '../server/first_assistant.ts';
import { t } from '../strings/chat.ts';
import type { AssistantPick } from '../thread/drafts.ts';
import { createChoice } from './choice.ts';

export interface AssistantChoice extends View {
  /** `stored` is the assistant that the server has for the thread; null for the default one. */
  update(stored: string | null): void;
  dispose(): void;
}

/** Who answers the next message. Hidden where there is only one assistant. `onAnswerer` is told of
 * whoever it is, null where that is not known. */
export function createAssistantChoice(
  api: Pick<Api, 'assistants'>,
  pick: AssistantPick,
  onAnswerer: (assistant: AssistantInfo | null) => void,
): AssistantChoice {
  const request = new AbortController();
  const { element, select, show } = createChoice('assistant-choice', t.assistant);
  let assistants: readonly AssistantInfo[] = [];
  let stored: string | null = null;
  let isLoaded = false;

  const draw = (): void => {
    if (!isLoaded) return;
    const fallback = assistants.find((each) => each.is_default)?.id ?? null;
    const chosen = pick.read() || stored || fallback || '';
    const answerer = assistants.find(({ id }) => id === chosen);
    element.hidden = assistants.length < 2;
    show(
      [
        ...(answerer === undefined ? [[chosen, t.choices.gone] as const] : []),
        ...assistants.map(({ id, name }) => [id, name || id] as const),
      ],
      chosen,
    );
    onAnswerer(answerer ?? null);
  };

  listen(select, 'change', () => {
    pick.write(select.value);
    draw();
  });
  api.assistants(request.signal).then(
    (list) => {
      assistants = list.assistants;
      isLoaded = true;
      const first = assistants.find((each) => each.is_default);
      if (first !== undefined) keepFirstAssistant(first);
      draw();
    },
    () => {
      // Without a list the chat goes on with whoever answers there.
      onAnswerer(null);
    },
  );

  return {
    element,
    update(next) {
      if (next === stored) return;
      // The server has taken the choice over.
      if (next !== null && next === pick.read()) pick.write('');
      stored = next;
      draw();
    },
    dispose: () => request.abort(),
  };
}
