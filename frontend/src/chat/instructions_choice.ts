import './choice.css';
import { h, listen, type View } from '../base/dom.ts';
import { type Api, ApiProblem } from '../server/api.ts';
import { INSTRUCTIONS } from '../server/instructions.ts';
import { t } from '../strings/chat.ts';
import type { NewChatPick } from '../thread/drafts.ts';

export interface InstructionsChoice extends View {
  /** `stored` is what the server has for the thread; null where there is none yet. */
  update(stored: string | null): void;
}

/** The chat's own instructions. Those of a new chat are kept here until its first message. */
export function createInstructionsChoice(
  api: Pick<Api, 'updateThread'>,
  pick: NewChatPick,
  threadId: () => string | null,
): InstructionsChoice {
  const mark = h('span', { class: 'composer-choice__mark' });
  const button = h(
    'button',
    { class: 'composer-choice__button', type: 'button', 'aria-haspopup': 'dialog' },
    t.choices.instructions,
    mark,
  );
  let text = '';
  const show = (next: string): void => {
    if (next === text) return;
    text = next;
    mark.textContent = next === '' ? '' : t.choices.on;
    button.title = next.slice(0, 300);
  };
  const save = async (next: string): Promise<string | null> => {
    const id = threadId();
    if (id === null) {
      pick.write(next);
      show(next);
      return null;
    }
    try {
      const { instructions } = await api.updateThread(id, { instructions: next });
      show(instructions);
      return null;
    } catch (error) {
      if (error instanceof ApiProblem) return error.message;
      throw error;
    }
  };
  listen(button, 'click', async () => {
    const { openTextDialog } = await import('../ui/text_dialog.ts');
    openTextDialog({ ...INSTRUCTIONS, text, save });
  });
  show(pick.read());
  return {
    element: h('div', { class: 'composer-choice' }, button),
    update: (stored) => show(stored ?? pick.read()),
  };
}
