import './looks.css';
import { h, listen } from '../../base/dom.ts';
import { at } from '../../base/root.ts';
import { t } from '../../strings/looks.ts';
import { button } from '../../ui/button.ts';
import { connect, createSealedFrame } from '../../ui/sealed_frame.ts';
import type { CreateLook } from './view.ts';

const LEAST_PX = 64;
/** Of the height of the window. */
const MOST = 0.7;

/**
 * HTML and SVG, in a sealed frame, and Markdown, which is safe as it is rendered anyway: in the place of
 * their code, once the reader presses a button and until it is pressed again.
 */
export const createPreviewLook: CreateLook = (language, view, context) => {
  const toggle = button(t.preview, { kind: 'text' });
  let text = '';
  let shown: string | null = null;

  const close = (): void => {
    if (shown !== null) context.previewed.delete(shown);
    shown = null;
    toggle.textContent = t.preview;
    view.cover(null);
  };
  const open = (): void => {
    close();
    shown = text;
    context.previewed.add(text);
    toggle.textContent = t.showCode;
    view.note(null);
    view.cover(
      /^m/i.test(language)
        ? page(context.markdown(text))
        : frame(documentOf(language, text), t.previewOf(language), {
            onEscape() {
              close();
              toggle.focus();
            },
            onLeft() {
              close();
              view.note(t.previewLeft);
            },
          }),
    );
  };
  listen(toggle, 'click', () => (shown === null ? open() : close()));
  view.addButton(toggle);
  return {
    update(next, isClosed) {
      text = next;
      if (!isClosed || shown === next) return;
      // What was opened before its end came, or whose message was built anew.
      if (shown !== null || context.previewed.has(next)) open();
    },
    dispose() {
      close();
      toggle.remove();
    },
  };
};

function page(content: HTMLElement): HTMLElement {
  return h(
    'div',
    {
      class: 'md-preview md-preview--page',
      role: 'region',
      'aria-label': t.previewOf('Markdown'),
      tabindex: 0,
      dir: 'auto',
    },
    content,
  );
}

interface FrameEvents {
  onEscape(): void;
  onLeft(): void;
}

function frame(html: string, title: string, { onEscape, onLeft }: FrameEvents): HTMLElement {
  const element = createSealedFrame({
    address: at('/frames/preview'),
    title,
    className: 'md-preview',
    // The frame's own, and what that becomes.
    documents: 2,
    loading: 'eager',
    onLeft,
  });
  void connect(element, html, (news) => {
    if (news === 'escape') onEscape();
    const height = Number(Object(news).height);
    if (!Number.isFinite(height)) return;
    element.style.height = `${Math.min(Math.max(height, LEAST_PX), Math.round(innerHeight * MOST))}px`;
  });
  return element;
}

/** Code without a doctype would be laid out as pages were before 1999. */
function documentOf(language: string, code: string): string {
  if (/^svg$/i.test(language)) {
    return `<!doctype html><meta charset="utf-8"><style>body{margin:0}svg{display:block;max-width:100%;height:auto;margin:auto}</style>${code}`;
  }
  return /^\s*<!doctype/i.test(code) ? code : `<!doctype html>\n${code}`;
}
