import { expect, test } from 'vitest';
import { renderFormula } from '../../src/markdown/page/formula.ts';
import { createFormulas } from '../../src/markdown/page/formulas.ts';
import { createMarkdown } from '../../src/markdown/page/markdown.ts';
import { FakeClock } from '../fakes.ts';
import { FORMULAS, rendered, shape, words } from './support.ts';

/** The text with `⟦…⟧` for each formula that was typeset. */
function typeset(text: string): string {
  const shown = rendered(text);
  for (const formula of shown.querySelectorAll('.md-math:has(math)')) {
    formula.replaceWith(`⟦${formula.querySelector('.md-math-source')?.textContent}⟧`);
  }
  return words(shown);
}

test.each([
  ['$x$, $y_1$; $3$. ($z$)', '⟦$x$⟧, ⟦$y_1$⟧; ⟦$3$⟧. (⟦$z$⟧)'],
  ['so \\(a*b*c\\) is *b*', 'so ⟦\\(a*b*c\\)⟧ is b'],
  ['**see $a*b$ and \\(c*d\\)**', 'see ⟦$a*b$⟧ and ⟦\\(c*d\\)⟧'],
  ['设$x$为\\(y\\)。', '设⟦$x$⟧为⟦\\(y\\)⟧。'],
  [
    '$v = \\text{the distance}/t$ and $5 \\text{ apples}$',
    '⟦$v = \\text{the distance}/t$⟧ and ⟦$5 \\text{ apples}$⟧',
  ],
  ['$$a$$ and \\[b_1\\] inside', '⟦$$a$$⟧ and ⟦\\[b_1\\]⟧ inside'],
  ['a line\n$$\nx\n- y\n+ z\n\n= 1\n$$\nnext', 'a line⟦$$\nx\n- y\n+ z\n\n= 1\n$$⟧next'],
  ['\\[ x \\]', '⟦\\[ x \\]⟧'],
  ['- item\n  \\[\n  x \\\\\n  y\n  \\]', 'item⟦\\[\nx \\\\\ny\n\\]⟧'],
  ['> $$x$$\n\n| $a$ |\n|---|\n| \\(b\\) |', '⟦$$x$$⟧⟦$a$⟧⟦\\(b\\)⟧'],
  ['# On $x$\n\n[a $y$](https://e.x)', 'On ⟦$x$⟧a ⟦$y$⟧'],
  ['$a \\$ b$ costs \\$5', '⟦$a \\$ b$⟧ costs $5'],
])('%s has formulas', (text, expected) => {
  expect(typeset(text)).toBe(expected);
});

test.each([
  'It costs $5 and $10, or $5-$10, US$5–US$10.',
  'between $5 and 10$ or 5$ and 10$',
  '$1,000/month or 50$.',
  'echo $HOME/$USER, "$A" "$B", $PATH:$HOME:',
  'about $x and that $y is',
  'from $$ to $$, or $$$',
  '$ x $ and $x $ and $ x$',
  '$x$y and a$x$',
])('%s has none', (text) => {
  expect(typeset(text)).toBe(text);
});

test.each([
  ['`$x$` and ``\\(y\\)``', '$x$ and \\(y\\)'],
  ['$`a`$', '$a$'],
  ['    $$x$$', '$$x$$'],
  ['\\[1\\], list\\[i\\] and \\[a b\\](https://e.x)', '[1], list[i] and [a b](https://e.x)'],
  ['<kbd>$</kbd>+<kbd>$</kbd>', '<kbd>$</kbd>+<kbd>$</kbd>'],
])('code, escaped brackets and keys are none: %s', (text, expected) => {
  expect(typeset(text)).toContain(expected.slice(0, 8));
  expect(rendered(text).querySelector('math')).toBeNull();
});

test('a formula without an end is shown as written, and is one from the moment it has it', () => {
  const clock = new FakeClock();
  const view = createMarkdown({ clock, formulas: FORMULAS });
  const seen: string[] = [];
  for (const piece of [
    'So \\',
    '(a_1 *b* ',
    '\\\\ c',
    '\\',
    ') is\n',
    '\n$$\nx ',
    '*y* z\n',
    '$$\nok',
  ]) {
    view.append(piece);
    clock.paint();
    expect(view.element.querySelector('em')).toBeNull();
    for (const formula of view.element.querySelectorAll('math')) formula.textContent = '⟦⟧';
    for (const source of view.element.querySelectorAll('.md-math-source')) source.textContent = '';
    seen.push(view.element.textContent ?? '');
  }
  expect(seen).toEqual([
    'So \\',
    'So \\(a_1 *b* ',
    'So \\(a_1 *b* \\\\ c',
    'So \\(a_1 *b* \\\\ c\\',
    'So ⟦⟧ is',
    'So ⟦⟧ is$$\nx',
    'So ⟦⟧ is$$\nx *y* z',
    'So ⟦⟧ is⟦⟧ok',
  ]);
});

test('a formula keeps its element while text follows', () => {
  const clock = new FakeClock();
  const view = createMarkdown({ clock, formulas: FORMULAS });
  view.append('$$\nx\n$$\n\nSo $y$ is');
  clock.paint();
  const before = [...view.element.querySelectorAll('math')];
  view.append(' more $z');
  clock.paint();
  view.append('$.');
  view.finish();
  expect([...view.element.querySelectorAll('math')].slice(0, 2)).toEqual(before);
  expect(view.element.querySelectorAll('math')).toHaveLength(3);
});

test('a formula that cannot be typeset stays as written, and says why', () => {
  for (const tex of [
    '\\frac{1',
    '\\unknown x',
    '\\href{https://e.x}{x}',
    '\\includegraphics{a.png}',
  ]) {
    const formula = rendered(`$${tex}$`).querySelector('.md-math');
    expect(formula?.textContent).toBe(`$${tex}$`);
    expect(formula?.getAttribute('title')).toMatch(/\w+/);
  }
});

test('formulas stay as written where what typesets them cannot be loaded, and another tries again', async () => {
  const clock = new FakeClock();
  let fails = true;
  const formulas = createFormulas(clock, async () => {
    if (fails) throw new Error('offline');
    return renderFormula;
  });
  const first = rendered('$x$', { formulas });
  await new Promise((done) => setTimeout(done));
  expect(first.textContent).toBe('$x$');
  fails = false;
  const second = createMarkdown({ clock, formulas });
  second.append('$y$');
  second.finish();
  expect(second.element.textContent).toBe('$y$');
  await new Promise((done) => setTimeout(done));
  expect(second.element.querySelector('math')).not.toBeNull();
});

test('many formulas at once are typeset over several frames', () => {
  const clock = new FakeClock();
  clock.step = 1;
  let made = 0;
  const formulas = createFormulas(clock, async () => renderFormula);
  const element = document.createElement('div');
  const { signal } = new AbortController();
  const all = (async () => {
    formulas.request(signal, () => {});
    await Promise.resolve();
    await Promise.resolve();
    for (let number = 0; number < 50; number += 1) {
      formulas.request(signal, () => {
        made += 1;
        element.append('.');
      });
    }
    const first = made;
    for (let frame = 0; frame < 50 && made < 50; frame += 1) clock.paint();
    return first;
  })();
  return all.then((first) => {
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(20);
    expect(made).toBe(50);
  });
});

const mathml = (tex: string): string => shape(renderFormula(tex, true));

test('what MathML Core cannot say by attributes is said by letters, rows and classes', () => {
  expect(mathml('\\mathbb{RN1}\\mathfrak{Ca}\\mathcal{Lx}')).toMatch(/ℝ.*ℕ.*𝟙.*ℭ.*𝔞.*ℒ.*𝓍/u);
  expect(mathml('a \\\\ b')).toMatch(/mtable.*mtr.*mtd.*a.*mtr.*mtd.*b/);
  expect(mathml('\\begin{aligned} a &= b \\end{aligned}')).toMatch(
    /mtd class="md-math-right md-math-joined".*mtd class="md-math-left md-math-joining"/,
  );
  expect(mathml('\\begin{array}{c|c} 1 & 2 \\\\ \\hline 3 & 4 \\end{array}')).toMatch(
    /md-math-bar.*mtr class="md-math-rule"/,
  );
  expect(mathml('\\boxed{x}')).toContain('menclose class="md-math-notation-box"');
  expect(mathml('x \\tag{1}')).toContain('md-math-wide');
});

test('sizes and colours are bounded, styles and links are none', () => {
  expect(mathml('\\raisebox{1000em}{x}')).not.toContain('voffset');
  expect(mathml('\\rule{1000em}{1000em}')).toContain('width="20em"');
  expect(mathml('\\kern9999em x \\hspace{9999em}')).not.toContain('9999');
  expect(mathml('\\textcolor{red}{x}')).toContain('mathcolor="red"');
  expect(mathml('\\fcolorbox{red}{blue}{x}')).not.toContain(' style=');
});
