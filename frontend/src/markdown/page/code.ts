import { h } from '../../base/dom.ts';
import type { Clock } from '../../base/time.ts';
import { createCopyButton } from '../../ui/copy.ts';
import { decodeEntities } from '../source/entities.ts';
import { isClosedFence, isFence } from '../source/fence.ts';
import { ownMarks } from '../source/marks.ts';
import type { Highlighter } from './highlighter.ts';
import { markNode } from './inline.ts';
import type { BlockView } from './view.ts';

export interface CodeContext {
  readonly clock: Clock;
  readonly highlighter: Highlighter;
  /** Aborted when the message leaves the page. */
  readonly signal: AbortSignal;
}

/** An open block of up to this many characters is highlighted while it grows … */
const MAX_OPEN = 8_192;
/** … once every this many milliseconds. */
const OPEN_INTERVAL = 250;
/** Code of more characters stays plain: highlighting it would block the page. */
const MAX_HIGHLIGHTED = 50_000;
/** Browsers lay out text appended to a short text node faster than to a long one. */
const TEXT_NODE = 4_096;

const MAX_LABEL = 40;

/** Code with its language and a copy button: plain first, highlighted later. */
export interface CodeView {
  readonly element: HTMLElement;
  /** The space between the language and the button. */
  readonly bar: HTMLElement;
  /** Shows this code, appending if it continues the last one. `closed`: no more comes. */
  show(text: string, language: string, closed: boolean): void;
}

export function createCodeView(context: CodeContext): CodeView {
  const label = h('span', { class: 'md-code-language' }, 'code');
  const code = h('code');
  const copy = createCopyButton(() => code.textContent, context.clock);
  const pre = h('pre', { role: 'group', 'aria-label': 'Code', tabindex: 0 }, code);
  const middle = h('span', { class: 'md-code-marks' });
  const bar = h('div', { class: 'md-code-bar' }, label, middle, copy);

  let language = '';
  let text = '';
  let closed = false;
  let highlighted = false;
  let cancel: (() => void) | null = null;

  const schedule = (): void => {
    if (highlighted || text === '' || !context.highlighter.knows(language)) return;
    if (closed) {
      cancel?.();
      cancel = text.length > MAX_HIGHLIGHTED ? null : context.clock.idle(highlight);
    } else if (text.length <= MAX_OPEN) {
      cancel ??= context.clock.after(OPEN_INTERVAL, highlight);
    }
  };

  const highlight = async (): Promise<void> => {
    const highlightCode = await context.highlighter.load();
    cancel = null;
    if (context.signal.aborted || highlightCode === null || highlighted) return;
    code.replaceChildren(highlightCode(text, language));
    highlighted = true;
  };

  return {
    element: h('div', { class: 'md-code-block' }, bar, pre),
    bar: middle,
    show(next, name, isClosed) {
      if (next !== text || name !== language) highlighted = false;
      if (name !== language) {
        label.textContent = name || 'code';
        pre.setAttribute('aria-label', name ? `${name} code` : 'Code');
      }
      if (next.startsWith(text)) appendText(code, next.slice(text.length));
      else code.replaceChildren(next);
      text = next;
      language = name;
      closed = isClosed;
      schedule();
    },
  };
}

export function createCode(context: CodeContext): BlockView {
  const view = createCodeView(context);
  let text = '';
  let language = '';
  return {
    element: view.element,
    update(block) {
      if (block.type !== 'code') return false;
      text = withoutFinalNewlines(block.text);
      language = isFence(block) ? languageOf(block.lang) : '';
      view.show(text, language, isClosedFence(block.raw));
      view.bar.replaceChildren(...ownMarks(block).map(markNode));
      return true;
    },
    settle: () => view.show(text, language, true),
  };
}

function languageOf(info: string | undefined): string {
  return decodeEntities(/^\S*/.exec(info ?? '')?.[0] ?? '').slice(0, MAX_LABEL);
}

function appendText(parent: Element, text: string): void {
  if (text === '') return;
  const last = parent.lastChild;
  if (last instanceof Text && last.length < TEXT_NODE) last.appendData(text);
  else parent.append(text);
}

function withoutFinalNewlines(text: string): string {
  let end = text.length;
  while (text.charAt(end - 1) === '\n') end -= 1;
  return text.slice(0, end);
}
