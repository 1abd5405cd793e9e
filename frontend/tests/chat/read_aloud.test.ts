import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Updatable, View } from '../../src/base/dom.ts';
import { createAnswerEnd } from '../../src/chat/answer_end.ts';
import { createAssistantMessage } from '../../src/chat/assistant_message.ts';
import { assistantMessage, run } from '../frames.ts';

class Utterance extends EventTarget {
  lang = '';
  readonly text: string;
  constructor(text: string) {
    super();
    this.text = text;
  }
}

/** As the browser's: what is cancelled ends with an error, later. */
class Voices extends EventTarget {
  names: readonly string[] = ['Ada'];
  queue: Utterance[] = [];
  spoken: Utterance[] = [];
  getVoices = () => this.names;
  speak(next: Utterance): void {
    this.queue.push(next);
    this.spoken.push(next);
  }
  cancel(): void {
    const cancelled = this.queue.splice(0);
    queueMicrotask(() => {
      for (const each of cancelled) each.dispatchEvent(new Event('error'));
    });
  }
  /** Says the next sentence. */
  say(): void {
    this.queue.shift()?.dispatchEvent(new Event('end'));
  }
}

let voices: Voices;
const views: View[] = [];

beforeEach(() => {
  voices = new Voices();
  vi.stubGlobal('speechSynthesis', voices);
  vi.stubGlobal('SpeechSynthesisUtterance', Utterance);
});

afterEach(() => {
  for (const view of views.splice(0)) view.dispose?.();
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

/** Shows an answer. Returns its button, and the view of its end. */
function answered(text: string): { button: HTMLButtonElement; end: Updatable<never> } {
  const item = assistantMessage('a1', { text, status: 'completed' });
  const ended = run('r1', { status: 'completed' });
  const message = createAssistantMessage(item, {
    file: () => Promise.reject(new Error('There are no files.')),
    fileText: () => Promise.reject(new Error('There are no files.')),
  });
  const end = createAnswerEnd(
    {
      kind: 'answer_end',
      key: 'end r1',
      end: { question: null, items: [item], run: ended, branches: [] },
      isLatest: true,
      isBusy: false,
      isNamed: false,
    },
    { runAgain() {}, edit() {}, switchTo() {}, rate: () => Promise.resolve(null) },
  );
  views.push(message, end);
  document.body.append(message.element, end.element);
  const button = [...end.element.querySelectorAll('button')].find(
    (each) => each.title === 'Read aloud',
  );
  if (button === undefined) throw new Error('Nothing reads aloud.');
  return { button, end };
}

const texts = (): readonly string[] => voices.spoken.map(({ text }) => text);

test('an answer is read by sentences, without code, addresses and marks', () => {
  const { button } = answered(
    '## Oslo\n\nIt is **cold**. See [the map](https://example.org/a) or https://example.org/b now.\n\n' +
      '```python\nprint(1)\n```\n\n- One\n- Two',
  );
  button.click();
  expect(texts()).toEqual([
    'Oslo',
    'It is cold.',
    'See the map or link now.',
    'Code.',
    'One',
    'Two',
  ]);
  expect(new Set(voices.spoken.map(({ lang }) => lang))).toEqual(new Set([navigator.language]));
  expect(button.title).toBe('Stop reading');
  for (let left = 6; left > 0; left -= 1) {
    expect(button.title).toBe('Stop reading');
    voices.say();
  }
  expect(button.title).toBe('Read aloud');
});

test('a language that the text names is that of its voice', () => {
  const { button } = answered('Hallo.');
  document.body.querySelector('.message--assistant')?.setAttribute('lang', 'de');
  button.click();
  expect(voices.spoken.map(({ lang }) => lang)).toEqual(['de']);
});

test('a second press stops it, and a third begins anew', async () => {
  const { button } = answered('One. Two.');
  button.click();
  button.click();
  expect(voices.queue).toEqual([]);
  expect(button.title).toBe('Read aloud');
  button.click();
  await Promise.resolve();
  expect(button.title).toBe('Stop reading');
  expect(texts()).toEqual(['One.', 'Two.', 'One.', 'Two.']);
  expect(voices.queue).toHaveLength(2);
});

test('another answer takes the voice over', async () => {
  const first = answered('One.').button;
  const second = answered('Two.').button;
  first.click();
  second.click();
  await Promise.resolve();
  expect([first.title, second.title]).toEqual(['Read aloud', 'Stop reading']);
  expect(voices.queue.map(({ text }) => text)).toEqual(['Two.']);
});

test('leaving the chat or the page stops it', () => {
  const { button, end } = answered('One.');
  button.click();
  window.dispatchEvent(new Event('pagehide'));
  expect(voices.queue).toEqual([]);
  button.click();
  end.dispose?.();
  expect(voices.queue).toEqual([]);
});

test('a voice that fails lets the button begin anew', () => {
  const { button } = answered('One. Two.');
  button.click();
  voices.queue[0]?.dispatchEvent(new Event('error'));
  expect(button.title).toBe('Read aloud');
  expect(voices.queue).toEqual([]);
});

test('without voices there is no button, until there are some', () => {
  voices.names = [];
  const { button } = answered('One.');
  expect(button.hidden).toBe(true);
  voices.names = ['Ada'];
  voices.dispatchEvent(new Event('voiceschanged'));
  expect(button.hidden).toBe(false);
});

test('a browser without speech has no button', () => {
  vi.stubGlobal('speechSynthesis', undefined);
  expect(answered('One.').button.hidden).toBe(true);
});
