import { afterEach, expect, test } from 'vitest';
import { diagramLook } from '../../src/markdown/page/diagram_look.ts';
import type { Drawing } from '../../src/markdown/page/diagrams.ts';
import { createMarkdown } from '../../src/markdown/page/markdown.ts';
import type { Looks } from '../../src/markdown/page/view.ts';
import { FakeClock } from '../fakes.ts';
import { buttonOf } from './support.ts';

afterEach(() => {
  delete document.documentElement.dataset['theme'];
});

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** A message whose diagrams the test draws, in the order in which they were asked for. */
function open() {
  const clock = new FakeClock();
  const asked: { source: string; isDark: boolean; answer: (drawing: Drawing) => void }[] = [];
  const looks: Looks = {
    knows: (language) => language === 'mermaid',
    load: async () => (_language, view, context) =>
      diagramLook(
        view,
        context.signal,
        (source, isDark) =>
          new Promise((answer) => {
            asked.push({ source, isDark, answer });
          }),
      ),
  };
  const view = createMarkdown({ clock, looks });
  const show = async (delta: string): Promise<void> => {
    view.append(delta);
    clock.paint();
    await settled();
  };
  const answer = async (index: number, drawing: Drawing): Promise<void> => {
    asked[index]?.answer(drawing);
    await settled();
  };
  const isCode = (): boolean => view.element.querySelector('pre')?.closest('[hidden]') === null;
  return { asked, view, show, answer, isCode };
}

const PICTURE = { svg: '<svg/>', width: 200.4, height: 80, title: 'Tea' };

test('a diagram is drawn once, when its fence is closed, and keeps its code', async () => {
  const { asked, view, show, answer, isCode } = open();
  await show('```mermaid\na --> b');
  await show('\nb --> c\n');
  expect(asked).toEqual([]);
  await show('```\n');
  expect(asked.map(({ source }) => source)).toEqual(['a --> b\nb --> c']);
  expect(isCode()).toBe(true);
  await answer(0, PICTURE);
  expect(isCode()).toBe(false);
  const picture = view.element.querySelector('img');
  expect(picture?.alt).toBe('Tea');
  expect(picture?.getAttribute('width')).toBe('201');
  await show('\nand on');
  view.finish();
  await settled();
  expect(asked).toHaveLength(1);
  expect(view.element.querySelector('img')).toBe(picture);
  expect(view.element.querySelector('code')?.textContent).toBe('a --> b\nb --> c');
});

test('the reader goes from the diagram to its code and back', async () => {
  const { view, show, answer, isCode } = open();
  await show('```mermaid\na\n```\n');
  await answer(0, PICTURE);
  buttonOf(view.element, 'Show code').click();
  expect(isCode()).toBe(true);
  expect(view.element.querySelector('img')).toBeNull();
  buttonOf(view.element, 'Show diagram').click();
  expect(isCode()).toBe(false);
});

test('what cannot be drawn stays code below the reason', async () => {
  const { view, show, answer, isCode } = open();
  await show('```mermaid\na\n```\n');
  await answer(0, { problem: 'Parse error on line 1' });
  expect(isCode()).toBe(true);
  expect(view.element.querySelector('[role=status]')?.textContent).toBe(
    'This diagram cannot be drawn. Parse error on line 1',
  );
  expect(buttonOf(view.element, 'Show code').hidden).toBe(true);
});

test('a diagram whose fence the answer left open is drawn at its end', async () => {
  const { asked, view, show } = open();
  await show('```mermaid\na --> b');
  view.finish();
  await settled();
  expect(asked).toHaveLength(1);
});

test('another theme draws it anew, unless its message has left the page', async () => {
  const { asked, view, show, answer } = open();
  await show('```mermaid\na\n```\n');
  await answer(0, PICTURE);
  document.documentElement.dataset['theme'] = 'dark';
  await settled();
  expect(asked.map(({ isDark }) => isDark)).toEqual([false, true]);
  await answer(1, { ...PICTURE, title: 'Dark tea' });
  expect(view.element.querySelector('img')?.alt).toBe('Dark tea');
  view.dispose();
  document.documentElement.dataset['theme'] = 'light';
  await settled();
  expect(asked).toHaveLength(2);
});

test('code of another language has no look, and one that turns out to be another loses it', async () => {
  const { asked, view, show } = open();
  await show('```js\na\n```\n\n```mermaid');
  await show('-like\nb\n```\n');
  view.finish();
  await settled();
  expect(asked).toEqual([]);
  expect(view.element.querySelectorAll('.button--text')).toHaveLength(0);
});
