import { listen } from './dom.ts';

/** What a screen reader announces on arrival, besides what takes the focus anyway. */
const PLACE =
  '[tabindex], dialog, main, [role="region"], [role="group"], section:is([aria-label], [aria-labelledby])';

/**
 * Keeps the focus on the page when the control that has it goes, is hidden or disabled: browsers would let
 * it fall to the document, where a keyboard and a screen reader begin anew. It goes to the innermost place
 * around that is still there; to nothing that a second press of the key would act on.
 */
export function keepFocus(): () => void {
  let held: HTMLElement | null = null;
  /** From the inside out. */
  let around: readonly Element[] = [];
  let isDue = false;

  const check = (): void => {
    isDue = false;
    if (held === null || !isLost()) return;
    if (!isThere(held)) {
      const place = around.find((element) => element.matches(PLACE) && isThere(element));
      moveTo(place ?? document.getElementById('main'));
    } else if (!held.matches(':disabled')) {
      // It was disabled while it did its work.
      held.focus({ preventScroll: true });
    }
  };
  const observer = new MutationObserver(() => {
    if (isDue || held === null) return;
    isDue = true;
    // The browser lets go of the focus when it draws the next frame.
    requestAnimationFrame(() => setTimeout(check));
  });
  observer.observe(document.body, {
    subtree: true,
    childList: true,
    attributeFilter: ['hidden', 'disabled', 'open', 'inert', 'class'],
  });
  const removers = [
    listen(document, 'focusin', ({ target }) => {
      if (!(target instanceof HTMLElement)) return;
      held = target;
      around = ancestorsOf(target);
    }),
    // A press beside it is meant to let go of it.
    listen(
      document,
      'pointerdown',
      ({ target }) => {
        if (target instanceof Node && held?.contains(target) !== true) held = null;
      },
      { capture: true },
    ),
  ];
  return () => {
    observer.disconnect();
    for (const remove of removers) remove();
  };
}

function isLost(): boolean {
  return document.activeElement === document.body || document.activeElement === null;
}

function isThere(element: Element): boolean {
  return (
    element.isConnected &&
    element.closest('[inert]') === null &&
    element.checkVisibility({ visibilityProperty: true })
  );
}

function ancestorsOf(element: Element): readonly Element[] {
  const found: Element[] = [];
  for (let next = element.parentElement; next !== null; next = next.parentElement) found.push(next);
  return found;
}

function moveTo(place: Element | null): void {
  if (!(place instanceof HTMLElement)) return;
  if (!place.hasAttribute('tabindex')) place.tabIndex = -1;
  place.focus({ preventScroll: true });
}
