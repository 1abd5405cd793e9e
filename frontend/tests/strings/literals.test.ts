// @vitest-environment node

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { literalsOf } from './literals.ts';

const UNSEEN = [
  /^protocol\.ts$/,
  /^strings\//,
  /^own\//,
  // Documents of their own, a room that shows nothing, code for other programs, and what is told to apps.
  /^frames\//,
  /^markdown\/source\//,
  /^workbench\/snippets\.ts$/,
  /^apps\/(?:call|messages|session)\.ts$/,
];

test('all words for readers stand in the tables', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !UNSEEN.some((unseen) => unseen.test(path)),
  );
  expect(files.length).toBeGreaterThan(200);
  const found = files.flatMap((path) => {
    const source = readFileSync(`src/${path}`, 'utf8');
    // A widget of somebody's own may speak one language.
    if (/^widgets\/\w+\.ts$/.test(path) && !source.includes('/strings/')) return [];
    return literalsOf(path, source);
  });
  expect(found).toEqual([]);
});

test('a word is found wherever the page shows texts', () => {
  const found = (code: string) =>
    literalsOf('view.ts', code).map((each) => each.split(': ').at(-1));
  expect(found("h('p', { class: 'a b' }, 'Hello', isOpen ? 'there' : name)")).toEqual([
    'Hello',
    'there',
  ]);
  expect(found('h("p", {}, `you $' + '{name}`)')).toEqual(['you …']);
  expect(found("element.textContent = problem ?? 'broken';")).toEqual(['broken']);
  expect(found("h('a', { title: 'Open', 'aria-label': 'Open it', href: '/chat' })")).toEqual([
    'Open',
    'Open it',
  ]);
  expect(found("button.setAttribute('aria-label', 'Close'); list.append('none', row)")).toEqual([
    'Close',
    'none',
  ]);
  expect(
    found("const NAMES = { weather: 'Weather of today' }; iconButton('copy', 'Copy')"),
  ).toEqual(['Weather of today', 'Copy']);
});

test('what no reader sees is left alone', () => {
  const code = `
    import { h } from './base/dom.ts';
    const kind: 'Not a text' = status === 'failed' ? 'bad' : 'good';
    h('p', { class: 'card card--open', lang: 'en' }, label, 'JSON');
    throw invalid('A resource needs a uri.');
    element.querySelector('main section');
  `;
  expect(literalsOf('view.ts', code)).toEqual([]);
});
