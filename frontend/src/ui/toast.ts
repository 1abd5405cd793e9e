import './toast.css';
import { h, type View } from '../base/dom.ts';
import { type Clock, systemClock } from '../base/time.ts';
import { button } from './button.ts';

export interface ToastAction {
  readonly label: string;
  act(): void;
}

export interface ToastView extends View {
  /** Shows a sentence in place of the one before, and for a while what can be done about it. */
  show(sentence: string, action?: ToastAction): void;
}

const SHOWN_MS = 8_000;

/** One short notice at the foot of the page. It stays while somebody points at it or is in it. */
export function createToast(clock: Clock = systemClock): ToastView {
  const element = h('div', { class: 'toast', role: 'status', 'aria-live': 'polite' });
  let cancelTimer = (): void => {};

  const clear = (): void => {
    cancelTimer();
    element.replaceChildren();
  };
  const later = (): void => {
    cancelTimer();
    cancelTimer = clock.after(SHOWN_MS, () => (isHeld() ? later() : clear()));
  };
  const isHeld = (): boolean => element.matches(':hover, :focus-within');

  return {
    element,
    show(sentence, action) {
      const act = action && button(action.label, { kind: 'text' });
      if (action && act) {
        act.onclick = () => {
          clear();
          action.act();
        };
      }
      element.replaceChildren(h('p', { class: 'toast__body' }, sentence, act));
      later();
    },
    dispose: clear,
  };
}
