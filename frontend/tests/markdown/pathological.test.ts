import { expect, test } from 'vitest';
import { createMarkdown } from '../../src/markdown/page/markdown.ts';
import { FakeClock } from '../fakes.ts';
import { FORMULAS, rendered } from './support.ts';

/** Characters: the longest answers are about three times as long. */
const HUGE = 30_000;
const long = (piece: string): string => piece.repeat(Math.ceil(HUGE / piece.length));

const PATHOLOGICAL: Readonly<Record<string, string>> = {
  'quote marks in one line': `${'>'.repeat(10_000)} a`,
  'lazy lines in deep quotes': `${'>'.repeat(40)} a\nb\n> c\nd\n> e`,
  'a ladder of quotes': Array.from({ length: 200 }, (_, depth) => `${'>'.repeat(depth)} x`).join(
    '\n',
  ),
  'quotes with lists and lazy lines': long('> - a\nb\n'),
  'bullets in one line': `${'- '.repeat(10_000)}a`,
  'deeply nested lists': Array.from({ length: 300 }, (_, depth) => `${'  '.repeat(depth)}- x`).join(
    '\n',
  ),
  'quotes and bullets': `${'> - '.repeat(5_000)}a`,
  'a long list': long('- item number one\n'),
  'one long line': long('lorem ipsum '),
  'one long word': long('a'),
  'an unfinished address': `${long('a')}@`,
  'a long address': `https://e.x/${long('?!.,')}`,
  'open emphasis': long('*a _b **c '),
  'tight emphasis': long('a**b'),
  'open links': long('[a]('),
  'closed late': `${long('[x](')})`,
  'open brackets': long('['),
  'open images': long('!['),
  'back ticks': long('`a '),
  'open tags': long('<a b="'),
  'open comments': `a ${long('<!-- ')}`,
  'open processing instructions': `a ${long('<? ')}`,
  'an open fence': `\`\`\`\n${long('code\n')}`,
  'an open HTML block': `<script>\n${long('x\n')}`,
  'blank lines': `a${long('\n')}`,
  definitions: `[d0]\n\n${Array.from({ length: 3_000 }, (_, index) => `[d${index}]: /u${index}`).join('\n')}`,
  'a wide table': `${'|a'.repeat(5_000)}\n${'|-'.repeat(5_000)}\n|x`,
  'open tags of elements': long('<sub>'),
  'elements in elements': `${'<sup>'.repeat(3_000)}a${'</sup>'.repeat(3_000)}`,
  'details in details': `${'<details><summary>a</summary>\n\n'.repeat(800)}x`,
  'open details': long('<details><summary>'),
  'ends of details': `<details><summary>a</summary>\n${long('`a </details')}`,
  footnotes: `[^0]\n\n${Array.from({ length: 3_000 }, (_, index) => `[^${index}]: [^0]`).join('\n')}`,
  'open formulas': long('\\(a '),
  'open formulas in prose': long('\\(some words '),
  'lone dollars': long('$a '),
  'dollars and back ticks': long('$`a '),
  'lines that may be formulas': long('$$\n'),
  'lines that may begin formulas': long('\\[\na\n\n'),
  formulas: long('$x^2$ '),
  'a formula of many macros': `$$\\def\\a{${'x'.repeat(3_000)}}${'\\a'.repeat(400)}$$`,
  'a formula that calls itself': '$$\\def\\a{\\a\\a}\\a$$',
  'a deep formula': `$$${'{'.repeat(1_900)}x${'}'.repeat(1_900)}$$`,
  'a formula of roots': `$$${'\\sqrt{'.repeat(550)}x${'}'.repeat(550)}$$`,
  'zero bytes': long('a\u0000'),
};

test.each(Object.entries(PATHOLOGICAL))('%s: rendered in time, nothing thrown', (_name, text) => {
  const clock = new FakeClock();
  const view = createMarkdown({ clock, formulas: FORMULAS });
  const start = process.cpuUsage();
  for (let piece = 0; piece < 3; piece += 1) {
    view.append(text.slice((piece * text.length) / 3, ((piece + 1) * text.length) / 3));
    clock.paint();
  }
  view.finish();
  // Of the processor: how long that takes depends on what else the machine does.
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(8_000);
  expect(view.element.textContent.length).toBeGreaterThan(0);
  expect(depth(view.element)).toBeLessThan(110);
  view.dispose();
});

function depth(root: Element): number {
  let deepest = 0;
  for (let level = [root]; level.length > 0; level = level.flatMap((node) => [...node.children])) {
    deepest += 1;
  }
  return deepest;
}

test('a quotation of more than 8,192 characters is shown as several', () => {
  const element = rendered('> - a\nb\n'.repeat(2_000));
  const parts = [...element.querySelectorAll(':scope > blockquote')];
  expect(parts).toHaveLength(2);
  expect(parts.every((part) => part.textContent.length < 8_192)).toBe(true);
});
