/** What the fields for messages have in common. */

/** `keyCode` of a key that an input method has taken, where `isComposing` comes too late (Safari). */
const TAKEN_BY_INPUT_METHOD = 229;

/** Enter sends; with Shift or Alt, or to end a composition, it does not. */
export function isSendKey(event: KeyboardEvent): boolean {
  if (event.key !== 'Enter' || event.shiftKey || event.altKey) return false;
  return !event.isComposing && event.keyCode !== TAKEN_BY_INPUT_METHOD;
}

/** As high as its text. */
export function fitHeight(input: HTMLTextAreaElement): void {
  input.style.height = 'auto';
  // The border is not part of scrollHeight.
  const border = input.offsetHeight - input.clientHeight;
  if (input.scrollHeight > 0) input.style.height = `${input.scrollHeight + border}px`;
}
