import { listen, type Updatable } from '../base/dom.ts';
import { t } from '../strings/chat.ts';
import { iconButton, setIcon } from '../ui/button.ts';
import { sentencesOf } from './spoken.ts';

/** Ends what is read aloud now: a browser has one voice at a time for the whole page. */
let stopCurrent = (): void => {};

/** A button that has the browser read elements aloud, and pressed again stops it; hidden where the
 * browser has no voices. Its value says whether there is anything to read. */
export function createReadAloud(
  first: boolean,
  shown: () => readonly Element[],
): Updatable<boolean> {
  const element = iconButton('speaker', t.end.hear, { kind: 'small' });
  const voice: SpeechSynthesis | undefined = window.speechSynthesis;
  let hasText = first;
  let stop: (() => void) | null = null;
  const show = (): void => {
    element.hidden = !hasText || voice === undefined || voice.getVoices().length === 0;
  };
  const ended = (): void => {
    stop = null;
    setIcon(element, 'speaker', t.end.hear);
  };
  const read = (): void => {
    stopCurrent();
    const parts = shown().flatMap((each) => sentencesOf(each).map((text) => utterance(text, each)));
    const last = parts.at(-1);
    if (voice === undefined || last === undefined) return;
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      stopCurrent = () => {};
      ended();
    };
    stop = stopCurrent = () => {
      end();
      voice.cancel();
    };
    setIcon(element, 'stop', t.end.stopReading);
    listen(last, 'end', end);
    for (const part of parts) {
      listen(part, 'error', () => {
        if (!isOver) stop?.();
      });
      voice.speak(part);
    }
  };
  listen(element, 'click', () => (stop === null ? read() : stop()));
  // Some browsers read on after a reload.
  const removers = [listen(window, 'pagehide', () => stop?.())];
  // They may be known only after a while.
  if (voice !== undefined) removers.push(listen(voice, 'voiceschanged', show));
  show();
  return {
    element,
    update(next) {
      hasText = next;
      show();
    },
    dispose() {
      stop?.();
      for (const remove of removers) remove();
    },
  };
}

/** One per sentence: some voices fall silent in the middle of a long one. */
function utterance(text: string, shown: Element): SpeechSynthesisUtterance {
  const spoken = new SpeechSynthesisUtterance(text);
  // That of the page is the language of its buttons.
  const named = shown.closest('[lang]:not(html)')?.getAttribute('lang');
  spoken.lang = named || navigator.language;
  return spoken;
}
