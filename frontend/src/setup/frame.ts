import './frame.css';
import { type Child, h } from '../base/dom.ts';

/** The frame of a section, which its heading folds:
 *
 *     section.setup-section#id
 *       details.setup-frame
 *         summary#id-title > h2: title, mark
 *         content
 */
export function createFrame(
  id: string,
  title: string,
  mark: HTMLElement | null,
  ...content: readonly Child[]
): HTMLElement {
  const summary = h(
    'summary',
    { class: 'setup-frame__summary', id: `${id}-title` },
    h('h2', { class: 'setup-heading' }, title, ' ', mark),
  );
  return h(
    'section',
    { class: 'setup-section', id, 'aria-labelledby': summary.id },
    h('details', { class: 'setup-frame', open: true }, summary, ...content),
  );
}

export interface Folding {
  /** Opens what has begun to need attention. On a phone all else is folded at first: the page is
   * then a list of its sections. */
  update(): void;
}

const PHONE = '(max-width: 30rem)';
const NEEDY = '.setup-mark:is([data-mark="missing"], [data-mark="problem"]):not([hidden])';

export function createFolding(sections: readonly HTMLElement[]): Folding {
  let needy: ReadonlySet<HTMLDetailsElement> | null = null;
  return {
    update() {
      const frames = sections.flatMap((section) => section.querySelector('details') ?? []);
      const now = new Set(
        frames.filter((frame) => frame.querySelector(`:scope > summary ${NEEDY}`) !== null),
      );
      for (const frame of frames) {
        if (now.has(frame) && needy?.has(frame) !== true) frame.open = true;
        else if (needy === null && matchMedia(PHONE).matches) frame.open = false;
      }
      needy = now;
    },
  };
}
