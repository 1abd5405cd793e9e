/** Shared by the fields for messages. */

/** The `keyCode` of a key that an input method handles. Safari resets `isComposing` too early. */
const TAKEN_BY_INPUT_METHOD = 229;

/** On a screen that is touched Enter starts a line: no Shift is at hand, and a button sends. */
export function entersLines(): boolean {
  return matchMedia('(pointer: coarse)').matches;
}

/** Enter sends, except with Shift or Alt, when it ends a composition, and alone on such a screen. */
export function isSendKey(event: KeyboardEvent): boolean {
  if (event.key !== 'Enter' || event.shiftKey || event.altKey) return false;
  if (entersLines() && !event.ctrlKey && !event.metaKey) return false;
  return !event.isComposing && event.keyCode !== TAKEN_BY_INPUT_METHOD;
}

/** Makes the field as high as its text. */
export function fitHeight(input: HTMLTextAreaElement): void {
  input.style.height = 'auto';
  // `scrollHeight` does not include the border.
  const border = input.offsetHeight - input.clientHeight;
  if (input.scrollHeight > 0) input.style.height = `${input.scrollHeight + border}px`;
}
