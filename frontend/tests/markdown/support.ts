import { renderFormula } from '../../src/markdown/page/formula.ts';
import { createFormulas } from '../../src/markdown/page/formulas.ts';
import { createMarkdown, type MarkdownOptions } from '../../src/markdown/page/markdown.ts';
import { FakeClock } from '../fakes.ts';

/** KaTeX, loaded and never out of time. */
export const FORMULAS = createFormulas(new FakeClock(), async () => renderFormula);
await new Promise((done) => FORMULAS.request(new AbortController().signal, done));

export function rendered(text: string, options: MarkdownOptions = {}): HTMLElement {
  const view = createMarkdown({ clock: new FakeClock(), formulas: FORMULAS, ...options });
  view.set(text);
  view.finish();
  view.dispose();
  return view.element;
}

/** What a message says, without the page's own buttons. */
export function words(root: Element): string {
  const copy = root.cloneNode(true) as Element;
  for (const buttons of copy.querySelectorAll('.md-table-actions, .md-code-bar')) buttons.remove();
  return copy.textContent ?? '';
}

/** The button of a message that is called so. */
export function buttonOf(root: Element, name: string): HTMLButtonElement {
  const found = [...root.querySelectorAll('button')].find((one) => one.textContent === name);
  if (found === undefined) throw new Error(`There is no button “${name}”.`);
  return found;
}

/** A tree of elements, attributes in order and text in one piece, to compare and to read. */
export function shape(node: Node): string {
  return [...node.childNodes].map(shapeOf).join('');
}

function shapeOf(node: Node): string {
  if (!(node instanceof Element)) return node.textContent ?? '';
  const attributes = [...node.attributes]
    .map(({ name, value }) => ` ${name}=${JSON.stringify(value)}`)
    .sort()
    .join('');
  return `‹${node.localName}${attributes}›${shape(node)}‹/›`;
}

export interface Random {
  /** A whole number from 0 up to but not including `limit`. */
  below(limit: number): number;
  pick<T>(values: readonly T[]): T;
}

/** mulberry32: the same numbers for the same seed, everywhere. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    pick(values) {
      const value = values[below(values.length)];
      if (value === undefined) throw new Error('Nothing to pick from.');
      return value;
    },
  };
}

/** Cuts text into pieces of 1 to `longest` UTF-16 units, in the middle of anything. */
export function chunks(text: string, random: Random, longest: number): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length; ) {
    const length = 1 + random.below(longest);
    pieces.push(text.slice(start, start + length));
    start += length;
  }
  return pieces;
}
