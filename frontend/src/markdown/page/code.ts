import './code.css';
import { h, listen } from '../../base/dom.ts';
import { saveFile } from '../../base/save.ts';
import type { Clock } from '../../base/time.ts';
import { common } from '../../strings/common.ts';
import { t } from '../../strings/reading.ts';
import { iconButton } from '../../ui/button.ts';
import { createCopyButton } from '../../ui/copy.ts';
import { decodeEntities } from '../source/entities.ts';
import { isClosedFence, isFence } from '../source/fence.ts';
import { ownMarks } from '../source/marks.ts';
import type { Highlighter } from './highlighter.ts';
import { followLook } from './looks.ts';
import { markNode } from './mark.ts';
import { hintScrolling } from './scroll_hint.ts';
import type { BlockView, CodeView, PageContext } from './view.ts';

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

export function createCodeView(context: CodeContext): CodeView {
  const label = h('span', { class: 'md-code-language' }, t.codeLabel);
  const code = h('code');
  const copy = createCopyButton(() => code.textContent, context.clock);
  const wrap = iconButton('wrap', t.wrap, { kind: 'small', 'aria-pressed': 'false' });
  const download = iconButton('download', common.download, { kind: 'small' });
  const pre = h('pre', { role: 'group', 'aria-label': t.code, tabindex: 0 }, code);
  const middle = h('span', { class: 'md-code-marks' });
  const bar = h('div', { class: 'md-code-bar' }, label, middle, wrap, download, copy);
  const frame = h('div', {}, pre);
  const element = h('div', { class: 'md-code-block', dir: 'ltr' }, bar, frame);

  let language = '';
  let text = '';
  let closed = false;
  let highlighted = false;
  let cancel: (() => void) | null = null;
  let covering: HTMLElement | null = null;
  let noted: HTMLElement | null = null;

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

  listen(wrap, 'click', () => {
    const isWrapped = element.classList.toggle('md-code-block--wrapped');
    wrap.setAttribute('aria-pressed', String(isWrapped));
  });
  listen(download, 'click', () => saveFile(fileName(language), new Blob([text, '\n'])));
  hintScrolling(pre, frame);

  return {
    element,
    bar: middle,
    addButton: (button) => wrap.before(button),
    cover(look) {
      covering?.remove();
      covering = look;
      if (look !== null) frame.before(look);
      frame.hidden = look !== null;
      wrap.hidden = look !== null;
    },
    note(said) {
      noted?.remove();
      noted = said === null ? null : h('p', { class: 'md-code-note', role: 'status' }, said);
      if (noted !== null) bar.after(noted);
    },
    show(next, name, isClosed) {
      if (next !== text || name !== language) highlighted = false;
      if (name !== language) {
        label.textContent = name || t.codeLabel;
        pre.setAttribute('aria-label', name ? t.codeIn(name) : t.code);
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

export function createCode(context: PageContext): BlockView {
  const view = createCodeView(context);
  const look = followLook(view, context);
  let text = '';
  let language = '';
  return {
    element: view.element,
    update(block) {
      if (block.type !== 'code') return false;
      text = withoutFinalNewlines(block.text);
      language = isFence(block) ? languageOf(block.lang) : '';
      const isClosed = isClosedFence(block.raw);
      view.show(text, language, isClosed);
      look(text, language, isClosed);
      view.bar.replaceChildren(...ownMarks(block).map(markNode));
      return true;
    },
    settle() {
      view.show(text, language, true);
      look(text, language, true);
    },
  };
}

function languageOf(info: string | undefined): string {
  return decodeEntities(/^\S*/.exec(info ?? '')?.[0] ?? '').slice(0, MAX_LABEL);
}

/** The endings of files in languages that are not called by it. */
const ENDINGS: Readonly<Record<string, string>> = {
  bash: 'sh',
  csharp: 'cs',
  'c++': 'cpp',
  golang: 'go',
  javascript: 'js',
  kotlin: 'kt',
  markdown: 'md',
  mermaid: 'mmd',
  perl: 'pl',
  powershell: 'ps1',
  python: 'py',
  ruby: 'rb',
  rust: 'rs',
  shell: 'sh',
  typescript: 'ts',
  yaml: 'yml',
};

function fileName(language: string): string {
  const name = language.toLowerCase();
  if (name === 'dockerfile' || name === 'makefile') return language;
  const ending = Object.hasOwn(ENDINGS, name) ? ENDINGS[name] : name;
  return `code.${ending && /^[a-z\d]{1,10}$/.test(ending) ? ending : 'txt'}`;
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
