import { h } from '../../base/dom.ts';
import { at } from '../../base/root.ts';
import { type Clock, systemClock } from '../../base/time.ts';
import { t } from '../../strings/looks.ts';
import { connect, createSealedFrame } from '../../ui/sealed_frame.ts';

/** A drawing, as the text of an SVG file. Sizes are in CSS pixels. */
export interface Picture {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
  /** What the diagram says that it shows; may be empty. */
  readonly title: string;
}

export type Drawing = Picture | { readonly problem: string };

export type Draw = (source: string, isDark: boolean) => Promise<Drawing>;

const LIMIT_MS = 60_000;

/**
 * Draws diagrams in one sealed frame out of sight, which begins with the first of them. What comes back is
 * shown as a picture, in which nothing can run whatever it holds; it also moves with its message and
 * prints, which a frame does not.
 */
export function createDiagrams(clock: Clock = systemClock): Draw {
  let frame: HTMLIFrameElement | null = null;
  let port: Promise<MessagePort> | null = null;
  let lastId = 0;
  let unwatch = (): void => {};
  const waiting = new Map<number, (drawing: Drawing) => void>();

  const fail = (problem: string): void => {
    frame?.remove();
    port = null;
    for (const answer of waiting.values()) answer({ problem });
    waiting.clear();
    unwatch();
  };
  /** Each answer gives the next one as long again. */
  const watch = (): void => {
    unwatch();
    if (waiting.size > 0) unwatch = clock.after(LIMIT_MS, () => fail(t.diagramTooSlow));
  };
  const receive = (data: unknown): void => {
    const { id } = Object(data);
    const answer = waiting.get(id);
    const drawing = readDrawing(data);
    if (answer === undefined || drawing === null) return;
    waiting.delete(id);
    watch();
    answer(drawing);
  };
  const start = (): Promise<MessagePort> => {
    frame = createSealedFrame({
      address: at('/frames/diagrams'),
      title: t.diagramFrame,
      className: 'md-diagrams',
      loading: 'eager',
      onLeft: () => fail(t.diagramLeft),
    });
    frame.tabIndex = -1;
    const connected = connect(frame, null, receive);
    // Out of sight, but laid out: texts are measured in it.
    document.body.append(h('div', { class: 'md-diagrams-place', 'aria-hidden': true }, frame));
    return connected;
  };

  return (source, isDark) =>
    new Promise((resolve) => {
      lastId += 1;
      const id = lastId;
      waiting.set(id, resolve);
      if (waiting.size === 1) watch();
      port ??= start();
      void port.then((open) => open.postMessage({ id, source, isDark }));
    });
}

/** Shared by the whole page. */
export const draw = createDiagrams();

function readDrawing(data: unknown): Drawing | null {
  const { svg, width, height, title, problem } = Object(data);
  if (typeof problem === 'string') return { problem };
  if (typeof svg !== 'string' || typeof title !== 'string') return null;
  return Number.isFinite(width) && Number.isFinite(height) ? { svg, width, height, title } : null;
}
