import './looks.css';
import { h, listen } from '../../base/dom.ts';
import { isDark, onTheme } from '../../base/theme.ts';
import { t } from '../../strings/looks.ts';
import { button } from '../../ui/button.ts';
import { createPicture } from '../../ui/picture.ts';
import { type Draw, draw, type Picture } from './diagrams.ts';
import type { CreateLook } from './view.ts';

/** Mermaid itself draws no longer ones. */
const MAX_CHARS = 50_000;

/** Mermaid, drawn in the place of its code once that is complete; where it cannot be, with the reason. */
export const createDiagramLook: CreateLook = (_language, view, { signal }) =>
  diagramLook(view, signal, draw);

export function diagramLook(
  view: Parameters<CreateLook>[1],
  signal: AbortSignal,
  drawWith: Draw,
): ReturnType<CreateLook> {
  const toggle = button(t.showCode, { kind: 'text', hidden: true });
  let text: string | null = null;
  let picture: HTMLElement | null = null;
  let address = '';
  let showsCode = false;
  let isGone = false;

  const arrange = (): void => {
    toggle.hidden = picture === null;
    toggle.textContent = showsCode ? t.showDiagram : t.showCode;
    view.cover(showsCode ? null : picture);
  };
  const show = (next: Picture | null): void => {
    URL.revokeObjectURL(address);
    address = '';
    picture = null;
    if (next !== null) {
      address = URL.createObjectURL(new Blob([next.svg], { type: 'image/svg+xml' }));
      picture = pictureElement(address, next);
    }
    arrange();
  };
  const redraw = async (): Promise<void> => {
    const source = text;
    if (source === null) return;
    const drawing = await drawWith(source, isDark());
    if (isGone || source !== text) return;
    view.note('problem' in drawing ? t.diagramFailed(drawing.problem) : null);
    show('problem' in drawing ? null : drawing);
  };
  const stop = onTheme(() => void redraw());
  const dispose = (): void => {
    isGone = true;
    stop();
    show(null);
    view.note(null);
    toggle.remove();
  };
  signal.addEventListener('abort', stop);
  listen(toggle, 'click', () => {
    showsCode = !showsCode;
    arrange();
  });
  view.addButton(toggle);
  return {
    update(next, isClosed) {
      if (!isClosed || next === text || next.trim() === '' || next.length > MAX_CHARS) return;
      text = next;
      void redraw();
    },
    dispose,
  };
}

function pictureElement(address: string, { title, width, height }: Picture): HTMLElement {
  const element = createPicture(address, title || t.diagram, 'diagram.svg');
  const image = element.querySelector('img');
  image?.setAttribute('width', String(Math.ceil(width)));
  image?.setAttribute('height', String(Math.ceil(height)));
  return h('div', { class: 'md-diagram' }, element);
}
