import { expect, test } from 'vitest';
import { createMarkdown } from '../../src/markdown/page/markdown.ts';
import { BlockStream } from '../../src/markdown/source/blocks.ts';
import { type Lex, lex } from '../../src/markdown/source/lexer.ts';
import { FakeClock } from '../fakes.ts';

/** A lexer that counts the characters it is given. */
function counting(): { lex: Lex; lexed: number } {
  const counter = {
    lexed: 0,
    lex(source: string, links?: Parameters<Lex>[1]) {
      counter.lexed += source.length;
      return lex(source, links);
    },
  };
  return counter;
}

/** Characters lexed while `text` arrives in pieces of `size`, before and in the final lex. */
function work(text: string, size: number): { streaming: number; total: number } {
  const counter = counting();
  const stream = new BlockStream(3, counter.lex);
  for (let start = 0; start < text.length; start += size) {
    stream.append(text.slice(start, start + size));
  }
  const streaming = counter.lexed;
  stream.finish();
  return { streaming, total: counter.lexed };
}

test('an open fence is not lexed again, however long it grows', () => {
  const line = 'const answer = ask(`question`);\n';
  const { streaming } = work(`\`\`\`ts\n${line.repeat(1_000)}`, 4);
  expect(streaming).toBeLessThan(100);
});

test('a closed fence is not lexed again while the next paragraph arrives', () => {
  const fence = `\`\`\`ts\n${'const a = 1;\n'.repeat(1_000)}\`\`\`\n`;
  const { streaming } = work(`${fence}${'word '.repeat(40)}`, 4);
  expect(streaming).toBeLessThan(3 * fence.length + 12_000);
});

test('a long list costs a few items for each piece, not the whole list', () => {
  const text = Array.from({ length: 1_000 }, (_, index) => `${index + 1}. item ${index}\n`).join(
    '',
  );
  const { streaming } = work(text, 4);
  expect(streaming).toBeLessThan(15 * text.length);
});

test('a loose list with code in its items is lexed from its last item too', () => {
  const text = '- item\n\n  ```js\n  let a = 1;\n  ```\n\n'.repeat(300);
  const { streaming } = work(text, 4);
  expect(streaming).toBeLessThan(25 * text.length);
});

test('a long table costs its header and last row for each piece', () => {
  const text = `| a | b |\n|---|---|\n${'| one | two |\n'.repeat(1_000)}`;
  const { streaming } = work(text, 4);
  expect(streaming).toBeLessThan(15 * text.length);
});

test('finished paragraphs, quotes and headings are not lexed again', () => {
  const text = '# Heading\n\nA paragraph of text.\n\n> A quotation\n> of two lines\n\n'.repeat(200);
  const { streaming } = work(text, 4);
  expect(streaming).toBeLessThan(15 * text.length);
});

test('open details are lexed from their last block on', () => {
  const text = `<details><summary>A</summary>\n\n${'A paragraph of text.\n\n- a\n- b\n\n'.repeat(200)}`;
  const { streaming } = work(text, 4);
  expect(streaming).toBeLessThan(30 * text.length);
});

test('text that is complete from the start is lexed once', () => {
  const counter = counting();
  const text = '# Title\n\n- a\n- b\n\n[link]\n\n[link]: https://e.x\n';
  const view = createMarkdown({ clock: new FakeClock(), lex: counter.lex });
  view.set(text);
  view.finish();
  view.finish();
  expect(counter.lexed).toBe(text.length);
});

test('the end of a message keeps every node that was right', () => {
  const clock = new FakeClock();
  const view = createMarkdown({ clock });
  const text =
    'First [late].\n\n- one\n- two\n\n| a |\n|---|\n| 1 |\n\n```\ncode\n```\n\n<div>\nx\n</div>\n\nLast.\n\n[late]: https://e.x\n';
  for (const character of text) {
    view.append(character);
    clock.paint();
  }
  const before = [...view.element.childNodes].slice(1).flatMap(nodesOf);
  expect(view.element.querySelector('a')).toBeNull();
  view.finish();
  const after = new Set(nodesOf(view.element));
  expect(before.every((node) => after.has(node))).toBe(true);
  expect(view.element.querySelector('a')?.getAttribute('href')).toBe('https://e.x/');
});

function nodesOf(node: Node): Node[] {
  return [node, ...[...node.childNodes].flatMap(nodesOf)];
}

test('an item that makes a long list loose touches no other item', () => {
  const clock = new FakeClock();
  const view = createMarkdown({ clock });
  view.append(`${'- item\n'.repeat(50)}`);
  clock.paint();
  const list = view.element.querySelector('ul');
  const items = [...(list?.children ?? [])];
  expect(list?.classList.contains('md-tight')).toBe(true);
  view.append('\n- last\n');
  clock.paint();
  expect(list?.classList.contains('md-tight')).toBe(false);
  expect([...(list?.children ?? [])].slice(0, 49)).toEqual(items.slice(0, 49));
  view.append('\ntext');
  clock.paint();
  expect(view.element.querySelector('ul')).toBe(list);
});

test('a link stays the same element while its paragraph grows', () => {
  const clock = new FakeClock();
  const view = createMarkdown({ clock });
  view.append('See https://e.x/docs and **more** te');
  clock.paint();
  const link = view.element.querySelector('a');
  const text = view.element.querySelector('p')?.lastChild;
  view.append('xt, and `code`.');
  clock.paint();
  expect(view.element.querySelector('a')).toBe(link);
  expect(text?.textContent).toBe(' text, and ');
});
