import { listen } from '../base/dom.ts';
import type { AssistantInfo } from '../protocol.ts';
import { effortLabel, type ReasoningEffort } from '../server/efforts.ts';
import type { EffortPick } from '../thread/drafts.ts';
import { createChoice } from './choice.ts';

export interface EffortChoice {
  readonly element: HTMLElement;
  /** Null leaves it to the assistant. */
  read(): ReasoningEffort | null;
  update(answerer: AssistantInfo): void;
}

/** How long the model thinks about the next message. Hidden where the upstream takes no effort. */
export function createEffortChoice(pick: EffortPick): EffortChoice {
  const { element, select, show } = createChoice('effort-choice', 'Effort');
  let answerer: AssistantInfo | null = null;

  const read = (): ReasoningEffort | null => {
    const chosen = pick.read();
    const isTaken = chosen === null || (answerer?.efforts.includes(chosen) ?? true);
    return isTaken ? chosen : null;
  };
  const draw = (): void => {
    if (answerer === null) return;
    const own = answerer.parameters.reasoning_effort ?? null;
    element.hidden = answerer.efforts.length === 0;
    show(
      [
        ['', own === null ? 'Up to the model' : `${effortLabel(own)} (the assistant’s)`],
        ...answerer.efforts.map((effort) => [effort, effortLabel(effort)] as const),
      ],
      read() ?? '',
    );
  };
  listen(select, 'change', () => {
    pick.write(answerer?.efforts.find((effort) => effort === select.value) ?? null);
    draw();
  });

  return {
    element,
    read,
    update(next) {
      answerer = next;
      draw();
    },
  };
}
