/**
 * KaTeX's tree of MathML as elements, by a list of what may be in it. Loaded with KaTeX.
 *
 * Browsers implement MathML Core, which leaves out what KaTeX says by attributes of MathML 3: how
 * columns are aligned, lines of tables, line breaks, boxes and most alphabets. Classes and
 * letters of Unicode say it instead.
 */

import './mathml.css';
import { t } from '../../strings/looks.ts';

/** A node of KaTeX's tree: an element, a text, a space, or a list of nodes. */
export interface TreeNode {
  readonly type?: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly children?: readonly TreeNode[];
  /** Of a space: its width in em, or the character that is as wide. */
  readonly width?: number;
  readonly character?: string | null;
}

/** The colour that KaTeX gives to a command that it does not carry out, such as `\href`. */
export const REFUSED_COLOR = '#bad000';

const MAX_DEPTH = 80;
const MAX_NODES = 5_000;

const MATHML = 'http://www.w3.org/1998/Math/MathML';
const ELEMENTS: ReadonlySet<string> = new Set(
  (
    'math menclose mfrac mi mn mo mover mpadded mphantom mroot mrow mspace msqrt mstyle msub msubsup ' +
    'msup mtable mtd mtext mtr munder munderover'
  ).split(' '),
);
const WORD = /^[a-z-]{1,30}$/;
const COLOR = /^(?:#[\da-f]{3,8}|[a-z]{1,30})$/i;
const LENGTH = /^([+-]?\d*\.?\d+)(?:em|ex|px|pt|mu|%)?$/;
/** In the unit that is given: what is larger would cover what is beside the formula. */
const MAX_LENGTH = 100;
const isWord = (value: string): boolean => WORD.test(value);
const isColor = (value: string): boolean => COLOR.test(value);
const isLength = (value: string): boolean =>
  Math.abs(Number(LENGTH.exec(value)?.[1] ?? Number.NaN)) <= MAX_LENGTH;

const ATTRIBUTES: Readonly<Record<string, (value: string) => boolean>> = {
  accent: isWord,
  accentunder: isWord,
  depth: isLength,
  display: isWord,
  displaystyle: isWord,
  fence: isWord,
  height: isLength,
  largeop: isWord,
  linethickness: isLength,
  lspace: isLength,
  mathbackground: isColor,
  mathcolor: isColor,
  mathsize: isLength,
  mathvariant: isWord,
  maxsize: isLength,
  minsize: isLength,
  rspace: isLength,
  scriptlevel: isLength,
  separator: isWord,
  stretchy: isWord,
  voffset: isLength,
  width: isLength,
};

/** Capital A, small a and 0 in the alphabets that CSS does not know. */
const ALPHABETS: Readonly<Record<string, readonly [number, number, number | null]>> = {
  'double-struck': [0x1d538, 0x1d552, 0x1d7d8],
  script: [0x1d49c, 0x1d4b6, null],
  fraktur: [0x1d504, 0x1d51e, null],
};
/** Letters that Unicode had before. */
const EARLIER: Readonly<Record<string, string>> = {
  'double-struck': 'CℂHℍNℕPℙQℚRℝZℤ',
  script: 'BℬEℰFℱHℋIℐLℒMℳRℛeℯgℊoℴ',
  fraktur: 'CℭHℌIℑRℜZℨ',
};

/** Returns the element `math` in KaTeX's tree. Throws where something in it was refused. */
export function mathElement(tree: TreeNode): Element {
  const math = find(tree, 'math');
  const content = find(tree, 'semantics')?.children?.[0];
  if (math === null || content === undefined) throw new Error(t.formulaMissing);
  if (!isBounded(tree)) throw new Error(t.formulaTooLarge);
  const element = created(math);
  element.append(...nodesOf(inLines(content)));
  return element;
}

/** Whether the browser lays it out in reasonable time. */
function isBounded(tree: TreeNode): boolean {
  let level: readonly TreeNode[] = [tree];
  let nodes = 0;
  for (let depth = 0; depth <= MAX_DEPTH; depth += 1) {
    nodes += level.length;
    if (level.length === 0 || nodes > MAX_NODES) return nodes <= MAX_NODES;
    level = level.flatMap((node) => node.children ?? []);
  }
  return false;
}

function find(node: TreeNode, type: string): TreeNode | null {
  if (node.type === type) return node;
  for (const child of node.children ?? []) {
    const found = find(child, type);
    if (found !== null) return found;
  }
  return null;
}

const isLineBreak = (node: TreeNode): boolean => node.attributes?.['linebreak'] === 'newline';

/** Puts the lines of a formula, which MathML Core cannot break, into rows. */
function inLines(content: TreeNode): TreeNode {
  const children = content.type === 'mrow' ? (content.children ?? []) : [];
  if (!children.some(isLineBreak)) return content;
  const lines: TreeNode[][] = [[]];
  for (const child of children) {
    if (isLineBreak(child)) lines.push([]);
    else lines.at(-1)?.push(child);
  }
  const row = (line: TreeNode[]): TreeNode => {
    const attributes = { displaystyle: 'true' };
    const cell = { type: 'mtd', children: [{ type: 'mstyle', attributes, children: line }] };
    return { type: 'mtr', children: [cell] };
  };
  return { type: 'mtable', children: lines.map(row) };
}

function nodesOf(node: TreeNode): Node[] {
  if (node.text !== undefined) return [new Text(node.text)];
  if (typeof node.character === 'string') return [withText('mtext', node.character)];
  if (node.type === undefined) {
    if (typeof node.width !== 'number') return (node.children ?? []).flatMap(nodesOf);
    return [created({ type: 'mspace', attributes: { width: `${node.width}em` } })];
  }
  if (node.attributes?.['mathcolor'] === REFUSED_COLOR) {
    throw new Error(t.formulaRefused(textOf(node)));
  }
  const element = created(node);
  const variant = node.attributes?.['mathvariant'];
  if (variant !== undefined && variant in ALPHABETS)
    element.append(lettersOf(textOf(node), variant));
  else element.append(...(node.children ?? []).flatMap(nodesOf));
  element.normalize();
  if (node.type === 'mtable') styleTable(element, node.attributes ?? {});
  return [element];
}

function created(node: TreeNode): Element {
  const type = node.type ?? '';
  const element = document.createElementNS(MATHML, ELEMENTS.has(type) ? type : 'mrow');
  for (const [name, value] of Object.entries(node.attributes ?? {})) {
    if (ATTRIBUTES[name]?.(String(value))) element.setAttribute(name, String(value));
  }
  if (type === 'menclose') addClasses(element, 'notation', node.attributes?.['notation'] ?? '');
  return element;
}

function withText(type: string, text: string): Element {
  const element = document.createElementNS(MATHML, type);
  element.append(text);
  return element;
}

function textOf(node: TreeNode): string {
  return node.text ?? (node.children ?? []).map(textOf).join('');
}

function lettersOf(text: string, variant: string): string {
  const [capital, small, zero] = ALPHABETS[variant] ?? [0, 0, null];
  const earlier = EARLIER[variant] ?? '';
  return text.replace(/[A-Za-z\d]/g, (letter) => {
    const place = earlier.indexOf(letter);
    if (place !== -1) return earlier.charAt(place + 1);
    if (letter >= 'a') return String.fromCodePoint(small + letter.charCodeAt(0) - 97);
    if (letter >= 'A') return String.fromCodePoint(capital + letter.charCodeAt(0) - 65);
    return zero === null ? letter : String.fromCodePoint(zero + Number(letter));
  });
}

function addClasses(element: Element, prefix: string, words: string): void {
  for (const word of words.split(' ')) {
    if (WORD.test(word)) element.classList.add(`md-math-${prefix}-${word}`);
  }
}

/** Says by classes how cells are aligned, and which lines and distances are between them. */
function styleTable(table: Element, attributes: Readonly<Record<string, string>>): void {
  const list = (name: string): string[] => (attributes[name] ?? '').split(' ');
  const [align, lines, gaps, rules] = [
    'columnalign',
    'columnlines',
    'columnspacing',
    'rowlines',
  ].map(list);
  const at = (values: readonly string[] | undefined, index: number): string =>
    values?.[Math.min(index, values.length - 1)] ?? '';
  if (attributes['width'] === '100%') {
    table.classList.add('md-math-wide');
    table.setAttribute('displaystyle', 'true');
  }
  const isJoined = (gap: string): boolean => gap !== '' && Number.parseFloat(gap) === 0;
  for (const [y, row] of [...table.children].entries()) {
    if (y > 0 && at(rules, y - 1) === 'solid') row.classList.add('md-math-rule');
    for (const [x, { classList }] of [...row.children].entries()) {
      const side = at(align, x);
      if (side === 'left' || side === 'right') classList.add(`md-math-${side}`);
      if (x < row.children.length - 1 && isJoined(at(gaps, x))) classList.add('md-math-joined');
      if (x === 0) continue;
      if (isJoined(at(gaps, x - 1))) classList.add('md-math-joining');
      if (at(lines, x - 1) === 'solid') classList.add('md-math-bar');
    }
  }
}
