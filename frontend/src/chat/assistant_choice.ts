import { listen, type View } from '../base/dom.ts';
import type { AssistantInfo } from '../protocol.ts';
import type { Api } from '../server/api.ts';
import type { AssistantPick } from '../thread/drafts.ts';
import { createChoice } from './choice.ts';

export interface AssistantChoice extends View {
  /** `stored` is the assistant that the server has for the thread; null for the default one. */
  update(stored: string | null): void;
  dispose(): void;
}

/** Who answers the next message. Hidden where there is only one assistant. */
export function createAssistantChoice(
  api: Pick<Api, 'assistants'>,
  pick: AssistantPick,
  onAnswerer: (assistant: AssistantInfo) => void,
): AssistantChoice {
  const request = new AbortController();
  const { element, select, show } = createChoice('assistant-choice', 'Assistant');
  let assistants: readonly AssistantInfo[] = [];
  let stored: string | null = null;

  const draw = (): void => {
    const fallback = assistants.find((each) => each.is_default)?.id ?? null;
    const chosen = pick.read() || stored || fallback || '';
    const answerer = assistants.find(({ id }) => id === chosen);
    element.hidden = assistants.length < 2;
    show(
      [
        ...(answerer === undefined ? [[chosen, 'Not there any more'] as const] : []),
        ...assistants.map(({ id, name }) => [id, name || id] as const),
      ],
      chosen,
    );
    if (answerer !== undefined) onAnswerer(answerer);
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
