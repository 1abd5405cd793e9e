import { listen } from '../base/dom.ts';
import { isDictationOffered, recordingObstacle } from '../server/dictation.ts';
import { t } from '../strings/chat.ts';
import { iconButton } from '../ui/button.ts';
import type { Dictation, DictationOptions } from './dictation.ts';

/** The button beside the field that has speech written into it, where the server and this browser can.
 * Its code is loaded when it is first pressed. */
export function bindDictation(options: DictationOptions): { show(): void; dispose(): void } {
  const button = iconButton('microphone', t.composer.dictate, { 'aria-pressed': 'false' });
  let dictation: Dictation | null = null;
  let isOver = false;
  const show = (): void => {
    button.hidden = !isDictationOffered() || recordingObstacle() !== null;
  };
  listen(button, 'click', async () => {
    const { createDictation } = await import('./dictation.ts');
    if (isOver) return;
    dictation ??= createDictation(button, options);
    dictation.press();
  });
  show();
  options.composer.field.after(button);
  return {
    show,
    dispose() {
      isOver = true;
      dictation?.dispose();
    },
  };
}
