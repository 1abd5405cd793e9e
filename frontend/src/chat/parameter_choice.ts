import { listen } from '../base/dom.ts';
import type { AssistantInfo, Parameters } from '../protocol.ts';
import { t } from '../strings/chat.ts';
import type { Stored } from '../thread/stored.ts';
import { createChoice } from './choice.ts';

/** A parameter of an answer that is chosen in the chat. */
type Name = 'reasoning_effort' | 'verbosity';
type Value<N extends Name> = NonNullable<Parameters[N]>;

export interface ParameterChoice<N extends Name> {
  readonly element: HTMLElement;
  /** Null leaves it to the assistant. */
  read(): Value<N> | null;
  update(answerer: AssistantInfo): void;
}

export interface ParameterChoiceOptions<N extends Name> {
  readonly id: string;
  readonly label: string;
  readonly name: N;
  labelOf(value: Value<N>): string;
  /** What may be chosen. */
  offered(answerer: AssistantInfo): readonly Value<N>[];
}

/** How the model answers the next message. Hidden where the upstream takes no such parameter. */
export function createParameterChoice<N extends Name>(
  pick: Stored<Value<N> | null>,
  { id, label, name, labelOf, offered }: ParameterChoiceOptions<N>,
): ParameterChoice<N> {
  const { element, select, show } = createChoice(id, label);
  let answerer: AssistantInfo | null = null;

  const values = (): readonly Value<N>[] => (answerer === null ? [] : offered(answerer));
  const read = (): Value<N> | null => {
    const chosen = pick.read();
    const isTaken = chosen === null || answerer === null || values().includes(chosen);
    return isTaken ? chosen : null;
  };
  const draw = (): void => {
    if (answerer === null) return;
    const own = answerer.parameters[name] ?? null;
    element.hidden = values().length === 0;
    show(
      [
        ['', own === null ? t.choices.upToModel : t.choices.assistants(labelOf(own as Value<N>))],
        ...values().map((value) => [value, labelOf(value)] as const),
      ],
      read() ?? '',
    );
  };
  listen(select, 'change', () => {
    pick.write(values().find((value) => value === select.value) ?? null);
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
