import './assistant_picker.css';
import { h } from '../base/dom.ts';
import type { AssistantInfo } from '../protocol.ts';
import { t } from '../strings/setup_assistants.ts';

export interface AssistantPicker {
  readonly element: HTMLElement;
  /** `chosen` is the id of the one that is edited, null a new one, `unsaved` those with changes. */
  update(
    assistants: readonly AssistantInfo[],
    chosen: string | null,
    unsaved: (id: string | null) => boolean,
  ): void;
  /** Focuses the chosen one. */
  focus(): void;
}

/** Which assistant the form below edits. Hidden where there is nothing to choose. */
export function createAssistantPicker(onChoose: (id: string | null) => void): AssistantPicker {
  const element = h('div', {
    class: 'assistant-picker',
    role: 'group',
    'aria-label': t.toEdit,
  });
  const entry = (
    id: string | null,
    isChosen: boolean,
    name: string,
    ...marks: readonly (string | false)[]
  ): HTMLElement => {
    const shown = marks.filter((mark) => mark !== false);
    const button = h(
      'button',
      { class: 'assistant-picker__entry', type: 'button', 'aria-pressed': isChosen },
      h('span', { class: 'assistant-picker__name' }, name),
      ...shown.map((mark) => h('span', { class: 'assistant-picker__mark' }, mark)),
    );
    button.onclick = () => onChoose(id);
    return button;
  };
  const focus = (): void => element.querySelector<HTMLElement>('[aria-pressed=true]')?.focus();

  return {
    element,
    update(assistants, chosen, unsaved) {
      const hadFocus = element.contains(document.activeElement);
      const isNew = chosen === null || unsaved(null);
      element.hidden = assistants.length + (isNew ? 1 : 0) < 2;
      element.replaceChildren(
        ...assistants.map(({ id, name, model, is_default: isDefault }) =>
          entry(
            id,
            id === chosen,
            name || id,
            model,
            isDefault && t.default,
            unsaved(id) && t.unsaved,
          ),
        ),
        ...(isNew ? [entry(null, chosen === null, t.new, unsaved(null) && t.unsaved)] : []),
      );
      if (hadFocus) focus();
    },
    focus,
  };
}
