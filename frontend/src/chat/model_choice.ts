import './choice.css';
import { h, listen, setText, type View } from '../base/dom.ts';
import type { AssistantInfo, ModelList } from '../protocol.ts';
import { type Api, ApiProblem } from '../server/api.ts';
import { t } from '../strings/chat.ts';
import type { NewChatPick } from '../thread/drafts.ts';

export interface ModelChoice extends View {
  /** `stored` is what the server has for the thread, null the assistant's own; undefined where there
   * is no thread yet. */
  update(stored: string | null | undefined): void;
  /** Who answers: the model is that one's own unless another was chosen. */
  show(answerer: AssistantInfo): void;
  dispose(): void;
}

/**
 * Which model answers. `onAnswerer` is told of the assistant as it answers with that model: which
 * efforts may be chosen depends on it.
 */
export function createModelChoice(
  api: Pick<Api, 'models' | 'updateThread'>,
  pick: NewChatPick,
  threadId: () => string | null,
  onAnswerer: (answerer: AssistantInfo) => void,
): ModelChoice {
  const request = new AbortController();
  const name = h('span', { class: 'composer-choice__value' });
  const button = h(
    'button',
    { class: 'composer-choice__button', type: 'button', 'aria-haspopup': 'dialog' },
    h('span', { class: 'composer-choice__label' }, t.choices.model),
    name,
  );
  const element = h('div', { class: 'composer-choice', hidden: true }, button);
  let answerer: AssistantInfo | null = null;
  let chosen = pick.read();
  let listing: Promise<ModelList> | null = null;
  let list: ModelList | null = null;

  const load = (): Promise<ModelList> => {
    listing ??= api.models({ cached: true }, request.signal).then(
      (found) => found,
      (error: unknown): ModelList => {
        const problem = error instanceof Error ? error.message : String(error);
        listing = null;
        return { models: [], listed: [], fallback: true, problem };
      },
    );
    return listing;
  };
  const draw = (): void => {
    if (answerer === null) return;
    element.hidden = false;
    setText(name, chosen || answerer.model || t.choices.server);
    const info = list?.listed.find(({ id }) => id === chosen);
    onAnswerer(
      info === undefined
        ? answerer
        : { ...answerer, efforts: info.efforts, verbosities: info.verbosities },
    );
    if (chosen !== '' && list === null && !request.signal.aborted) {
      void load().then((found) => {
        if (list !== null) return;
        list = found;
        draw();
      });
    }
  };
  const become = (model: string): void => {
    if (model === chosen) return;
    chosen = model;
    draw();
  };
  const choose = async (model: string): Promise<string | null> => {
    const id = threadId();
    try {
      if (id === null) pick.write(model);
      else await api.updateThread(id, { model });
      become(model);
      return null;
    } catch (error) {
      if (error instanceof ApiProblem) return error.message;
      throw error;
    }
  };
  listen(button, 'click', async () => {
    const { openModelDialog } = await import('./model_dialog.ts');
    openModelDialog({ own: answerer?.model ?? '', chosen, load, choose });
  });

  return {
    element,
    update: (stored) => become(stored === undefined ? pick.read() : (stored ?? '')),
    show(next) {
      answerer = next;
      draw();
    },
    dispose: () => request.abort(),
  };
}
