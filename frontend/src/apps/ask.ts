import { type Child, h, listen, type View } from '../base/dom.ts';
import { systemClock } from '../base/time.ts';
import { t } from '../strings/apps.ts';
import { button } from '../ui/button.ts';
import { Refused } from './session.ts';

export interface Choice {
  readonly label: string;
  readonly kind?: 'primary' | 'quiet';
  readonly choose: () => void;
}

export interface Asking extends View {
  /** Settles once the reader has chosen; rejects with `Refused` if that is not to do it. */
  ask(question: Child, details: string, choices: readonly Choice[]): Promise<void>;
  /** Refuses what is asked now. */
  cancel(): void;
}

/** An app that makes a question appear where somebody is about to click gains nothing. */
const INERT_MS = 600;

/** Where the reader is asked about what an app wants to do. One question at a time. */
export function createAsking(): Asking {
  const element = h('div', { class: 'app-ask', role: 'status', hidden: true });
  let refuse: (() => void) | null = null;
  const end = (): void => {
    refuse = null;
    element.hidden = true;
    element.replaceChildren();
  };
  return {
    element,
    ask(question, details, choices) {
      if (refuse !== null) {
        return Promise.reject(new Refused('The reader is being asked about something else.'));
      }
      return new Promise<void>((resolve, reject) => {
        refuse = () => {
          end();
          reject(new Refused('The reader refused.'));
        };
        const buttons = choices.map(({ label, kind = 'quiet', choose }) => {
          const each = button(label, { kind, disabled: true });
          listen(each, 'click', () => {
            end();
            choose();
            resolve();
          });
          return each;
        });
        const no = button(t.dont, { kind: 'quiet', disabled: true });
        listen(no, 'click', () => refuse?.());
        systemClock.after(INERT_MS, () => {
          for (const each of [...buttons, no]) each.disabled = false;
        });
        element.replaceChildren(
          h('p', { class: 'app-ask__question' }, question),
          h('p', { class: 'app-ask__details' }, details),
          h('div', { class: 'app-ask__buttons' }, ...buttons, no),
        );
        element.hidden = false;
      });
    },
    cancel: () => refuse?.(),
  };
}
