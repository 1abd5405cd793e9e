import './toast.css';
import { h, type View } from '../base/dom.ts';
import { type Clock, systemClock } from '../base/time.ts';
import { button } from './button.ts';

export interface ToastAction {
  readonly label: string;
  act(): void;
}

export interface ToastView extends View {
  /** Replaces the current notice. With an action, a button offers it. */
  show(sentence: string, action?: ToastAction): void;
}

const SHOWN_MS = 8_000;

/** One short notice at the bottom of the page. It stays while the pointer or the focus is on it. */
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
