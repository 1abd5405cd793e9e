/** Finds words for readers that stand in the code rather than in `src/strings/`. */

import { parseSync } from 'vite';

/** Attributes and options whose value a reader sees or hears. */
const SHOWN =
  /^(?:label|title|placeholder|alt|note|text|aria-label|aria-roledescription|aria-description)$/;
/** The functions of which one argument is shown, and which. */
const SHOW_ONE: Readonly<Record<string, number>> = {
  button: 0,
  createField: 1,
  createFrame: 1,
  createJsonView: 0,
  createTextView: 0,
  iconButton: 1,
  progressBar: 0,
  say: 0,
  setIcon: 2,
  setText: 1,
  setTitle: 0,
  show: 0,
};
/** The functions that show all their arguments, from this one on. */
const SHOW_ALL: Readonly<Record<string, number>> = {
  after: 0,
  append: 0,
  before: 0,
  h: 2,
  prepend: 0,
  replaceChildren: 0,
  replaceWith: 0,
  svg: 2,
};
const SHOWN_MEMBERS = /^(?:textContent|innerText|title|placeholder|ariaLabel|alt)$/;
/** What these are given is for programs: the protocol of apps, and selectors. */
const UNSEEN =
  /^(?:invalid|Refused|end|matches|closest|querySelector|querySelectorAll|createElement)$/;

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

/** Returns each literal that a reader may see, with its line: of any words where texts are shown, of
 * several words that begin like a sentence anywhere else. */
export function literalsOf(path: string, source: string): readonly string[] {
  const found: string[] = [];
  const see = (node: Node, isShown: boolean): void => {
    const words = wordsOf(node);
    if (words === null || !(isShown ? WORD : SENTENCE).test(words)) return;
    found.push(`${path}:${source.slice(0, node.start).split('\n').length}: ${words}`);
  };
  const visit = (value: unknown, isShown: boolean): void => {
    if (Array.isArray(value)) {
      for (const each of value) visit(each, isShown);
      return;
    }
    if (!isNode(value)) return;
    see(value, isShown);
    switch (value.type) {
      case 'ImportDeclaration':
      case 'ExportAllDeclaration':
      case 'TSLiteralType':
        return;
      case 'CallExpression':
      case 'NewExpression':
        visitCall(value, isShown);
        return;
      case 'AssignmentExpression': {
        const target = value['left'] as Node;
        visit(value['right'], SHOWN_MEMBERS.test(nameOf(target)));
        return;
      }
      case 'Property': {
        const name = nameOf(value['key'] as Node);
        if (/^(?:class|className)$/.test(name)) return;
        visit(value['value'], SHOWN.test(name));
        return;
      }
      case 'ConditionalExpression':
        visit(value['test'], false);
        visit([value['consequent'], value['alternate']], isShown);
        return;
      case 'LogicalExpression':
      case 'SpreadElement':
      case 'ArrayExpression':
      case 'TemplateLiteral':
        for (const child of Object.values(value)) visit(child, isShown);
        return;
      case 'BinaryExpression':
        // A comparison shows nothing.
        for (const child of Object.values(value))
          visit(child, isShown && value['operator'] === '+');
        return;
      default:
        for (const child of Object.values(value)) visit(child, false);
    }
  };
  const visitCall = (call: Node, isShown: boolean): void => {
    const callee = call['callee'] as Node;
    const name = nameOf(callee);
    visit(callee, false);
    if (UNSEEN.test(name)) return;
    const given = call['arguments'] as Node[];
    const [first] = given;
    if (name === 'setAttribute') {
      visit(given.slice(1), SHOWN.test(first === undefined ? '' : (wordsOf(first) ?? '')));
      return;
    }
    // A list of texts is shown as what is made of it: `…['one', 'two'].map((each) => h('li', {}, each))`.
    const isMade = isShown && /^(?:map|flatMap|filter|join|concat)$/.test(name);
    for (const [index, argument] of given.entries()) {
      const isAny = index >= (SHOW_ALL[name] ?? Number.POSITIVE_INFINITY);
      visit(argument, isMade || isAny || index === SHOW_ONE[name]);
    }
  };
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path} is no TypeScript: ${errors[0]?.message}`);
  visit(program, false);
  return found;
}

/** Neither `JSON` nor an address or code. */
const WORD = /^(?!https?:|\{).*\p{Ll}{2}/u;
/** Begins with a capital and has another word. */
const SENTENCE = /^[^\p{L}<]*\p{Lu}[\p{Ll}’]*,? \p{L}/u;

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}

/** Returns the text of a literal, `…` in the place of what is filled in; null for everything else. */
function wordsOf(node: Node): string | null {
  if (node.type === 'Literal') return typeof node['value'] === 'string' ? node['value'] : null;
  if (node.type !== 'TemplateLiteral') return null;
  const quasis = node['quasis'] as readonly { readonly value: { readonly cooked: string } }[];
  return quasis.map(({ value }) => value.cooked).join('…');
}

/** Returns the name of a variable, a member or a key. */
function nameOf(node: Node): string {
  if (node.type === 'MemberExpression') return nameOf(node['property'] as Node);
  return String(node['name'] ?? node['value'] ?? '');
}
