import './dictation.css';
import { h, listen, setText } from '../base/dom.ts';
import { type Clock, systemClock } from '../base/time.ts';
import { ApiProblem } from '../server/api.ts';
import { transcribe } from '../server/transcribe.ts';
import { t as chat } from '../strings/chat.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/dictation.ts';
import { setIcon, button as textButton } from '../ui/button.ts';
import type { ComposerView } from './composer.ts';
import { insertWords } from './insertion.ts';
import { type Capture, capture } from './recorder.ts';

export interface DictationOptions {
  readonly composer: Pick<ComposerView, 'element' | 'field'>;
  /** Tells a screen reader. */
  say(text: string): void;
  /** Takes the focus from a control that goes. */
  leave(): void;
}

export interface Dictation {
  /** Begins a recording, or ends it and has it written down. */
  press(): void;
  dispose(): void;
}

/** Speaking longer than this would be too much to lose, and more than some servers take. */
const LONGEST_MS = 15 * 60_000;
const TICK_MS = 100;

type Stage =
  | { readonly name: 'idle' }
  /** The browser asks whether the page may listen. */
  | { readonly name: 'asking' }
  | { readonly name: 'recording'; readonly capture: Capture; readonly since: number }
  | { readonly name: 'writing' }
  /** A recording that was not written down is kept. */
  | { readonly name: 'failed'; readonly problem: string };

/** Drawn in the composer while there is anything to show:
 *
 *     div.dictation
 *     ├── span.dictation__level    how loud it is
 *     ├── span[role=timer]         how long it has been
 *     ├── p                        what happens, or what went wrong
 *     └── buttons                  Try again, and one that lets go of it all
 */
export function createDictation(
  button: HTMLButtonElement,
  { composer, say, leave }: DictationOptions,
  clock: Clock = systemClock,
): Dictation {
  const level = h('span', { class: 'dictation__level', 'aria-hidden': true });
  const elapsed = h('span', { class: 'dictation__time', role: 'timer', 'aria-label': t.recorded });
  const text = h('p', { class: 'dictation__text' });
  const again = textButton(common.tryAgain);
  const letGo = textButton(common.cancel, { kind: 'quiet' });
  const element = h(
    'div',
    { class: 'dictation', role: 'group', 'aria-label': t.dictation, hidden: true },
    level,
    elapsed,
    text,
    again,
    letGo,
  );
  composer.element.prepend(element);

  let stage: Stage = { name: 'idle' };
  let recording: Blob | null = null;
  let attempt = new AbortController();
  let cancelTick = (): void => {};

  const show = (next: Stage): void => {
    stage = next;
    const { name } = next;
    const isRecording = name === 'recording';
    const hadFocus = element.contains(document.activeElement) || document.activeElement === button;
    element.hidden = name === 'idle';
    element.dataset['stage'] = name;
    level.hidden = elapsed.hidden = !isRecording;
    setText(text, textOf(next));
    again.hidden = name !== 'failed' || recording === null;
    setText(
      letGo,
      name === 'failed' ? (recording === null ? common.close : t.discard) : common.cancel,
    );
    const { dictate } = chat.composer;
    setIcon(button, isRecording ? 'stop' : 'microphone', dictate, isRecording ? t.stop : dictate);
    button.ariaPressed = String(isRecording);
    // Unlike `disabled` it keeps the focus.
    button.ariaDisabled = String(name === 'asking' || name === 'writing' || recording !== null);
    if (isRecording) button.setAttribute('aria-keyshortcuts', 'Escape');
    else button.removeAttribute('aria-keyshortcuts');
    if (!hadFocus) return;
    if (name === 'failed') (again.hidden ? letGo : again).focus();
    else if (name === 'idle') leave();
    // Not to what lets go of it all: a second press of a key must do nothing.
    else button.focus();
  };
  const fail = (problem: string): void => {
    show({ name: 'failed', problem });
    say(problem);
  };

  const begin = async (): Promise<void> => {
    attempt = new AbortController();
    const { signal } = attempt;
    show({ name: 'asking' });
    let captured: Capture;
    try {
      captured = await capture();
    } catch (error) {
      if (!signal.aborted) fail(microphoneProblem(error));
      return;
    }
    signal.addEventListener('abort', captured.stop);
    if (signal.aborted) {
      captured.stop();
      return;
    }
    show({ name: 'recording', capture: captured, since: clock.now() });
    say(t.recording);
    tick();
    const recorded = await captured.recording;
    cancelTick();
    if (signal.aborted) return;
    if (recorded.size === 0) {
      fail(t.nothing);
      return;
    }
    recording = recorded;
    await write();
  };
  const write = async (): Promise<void> => {
    const { signal } = attempt;
    if (recording === null) return;
    show({ name: 'writing' });
    say(t.writing);
    let words: string;
    try {
      words = await transcribe(recording, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiProblem)) throw error;
      fail(error.message);
      return;
    }
    recording = null;
    if (words === '') {
      fail(t.noWords);
      return;
    }
    insertWords(composer.field, words);
    show({ name: 'idle' });
    say(t.written(words));
  };
  const tick = (): void => {
    if (stage.name !== 'recording') return;
    const ms = clock.now() - stage.since;
    setText(elapsed, timeOf(ms));
    level.style.setProperty('--level', stage.capture.level().toFixed(2));
    if (ms >= LONGEST_MS) stage.capture.stop();
    else cancelTick = clock.after(TICK_MS, tick);
  };
  const cancel = (): void => {
    attempt.abort();
    cancelTick();
    recording = null;
    show({ name: 'idle' });
  };

  listen(again, 'click', () => void write());
  listen(letGo, 'click', cancel);
  const removeKey = listen(document, 'keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    if (document.querySelector('dialog[open]') !== null) return;
    if (stage.name === 'recording') stage.capture.stop();
    else if (stage.name === 'asking') cancel();
    else return;
    // It does not stop the answer too.
    event.preventDefault();
  });

  return {
    press() {
      if (stage.name === 'recording') stage.capture.stop();
      else if (stage.name === 'idle' || (stage.name === 'failed' && recording === null))
        void begin();
    },
    dispose() {
      attempt.abort();
      cancelTick();
      removeKey();
    },
  };
}

function textOf(stage: Stage): string {
  switch (stage.name) {
    case 'idle':
      return '';
    case 'asking':
      return t.asking;
    case 'recording':
      return t.listening;
    case 'writing':
      return t.writing;
    case 'failed':
      return stage.problem;
  }
}

function timeOf(ms: number): string {
  const s = Math.floor(ms / 1000);
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
}

/** https://w3c.github.io/mediacapture-main/#dom-mediadevices-getusermedia */
function microphoneProblem(error: unknown): string {
  switch (error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return t.notAllowed;
    case 'NotFoundError':
      return t.noMicrophone;
    default:
      return t.busy;
  }
}
