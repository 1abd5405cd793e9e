import { expect, test } from 'vitest';
import { pageUrl, safeUrl } from '../../src/base/links.ts';
import { decodeEntities } from '../../src/markdown/source/entities.ts';
import { EXAMPLES } from './examples.ts';
import { rendered, seeded } from './support.ts';

const ELEMENTS = new Set(
  (
    'a blockquote br button code del div em h3 h4 h5 h6 hr input li ol p pre span strong table ' +
    'tbody td th thead tr ul sub sup kbd mark details summary math menclose mfrac mi mn mo mover mpadded mphantom mroot mrow mspace ' +
    'msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover'
  ).split(' '),
);
const ATTRIBUTES = new Set(
  (
    'aria-hidden aria-label checked class data-footnote data-note dir disabled href open rel role scope start tabindex target ' +
    'title type accent accentunder depth display displaystyle fence height largeop linethickness ' +
    'lspace mathbackground mathcolor mathsize mathvariant maxsize minsize rspace scriptlevel ' +
    'separator stretchy voffset width'
  ).split(' '),
);

const SAFE = /^(?:https?:\/\/|mailto:|\/setup$|\/chat(?:\/[\w.~%!'()*-]+)?$)/;
const OWN = /^\//;

const ICON_BUTTONS = '.md-code-bar > button, .md-table-actions > button';
/** The page's own buttons, of which no text of an answer says what they are. */
const OWN_BUTTONS = new Set(
  [...rendered('```\n```\n\n| a |\n|---|').querySelectorAll(ICON_BUTTONS)].map(
    (button) => button.outerHTML,
  ),
);

/** What should not be in `root`, in words. The page's own buttons are left out. */
function dangers(root: Element): string[] {
  for (const button of root.querySelectorAll(ICON_BUTTONS)) {
    if (OWN_BUTTONS.has(button.outerHTML)) button.remove();
  }
  const found: string[] = [];
  for (const element of root.querySelectorAll('*')) {
    if (!ELEMENTS.has(element.localName)) found.push(`<${element.localName}>`);
    for (const { name, value } of element.attributes) {
      if (!ATTRIBUTES.has(name)) found.push(`${element.localName} ${name}=${value}`);
      if (name === 'href' && !SAFE.test(value)) found.push(`href=${value}`);
    }
    if (element.localName !== 'a' || OWN.test(element.getAttribute('href') ?? '')) continue;
    if (element.getAttribute('target') !== '_blank') found.push('a link in this tab');
    if (element.getAttribute('rel') !== 'noopener noreferrer') found.push('a link with an opener');
  }
  return found;
}

const ATTACKS: readonly string[] = [
  '<script>alert(1)</script>',
  'text <script>alert(1)</script> text',
  '<img src=x onerror=alert(1)>',
  'a <img src="https://evil.example/pixel.png"> b',
  '<svg onload=alert(1)><animate onbegin=alert(1)></svg>',
  '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<a href="javascript:alert(1)">x</a>',
  '<a href="https://e.x" onclick="alert(1)">x</a>',
  '<details open ontoggle=alert(1)>x</details>',
  '<style>@import "https://evil.example"</style>',
  '<base href="https://evil.example/">',
  '<form action="https://evil.example"><button>x</button></form>',
  '<math><mtext></p><img src=x onerror=alert(1)></mtext></math>',
  '<br onclick=alert(1)>',
  '<br/onclick=alert(1)>',
  '<!--><img src=x onerror=alert(1)>-->',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x]( javascript:alert(1))',
  '[x](<java\tscript:alert(1)>)',
  '[x](java&#9;script:alert(1))',
  '[x](java&#10;script:alert(1))',
  '[x](&#106;avascript:alert(1))',
  '[x](&#x6A;&#x61;vascript&colon;alert(1))',
  '[x](javascript&#58;alert(1))',
  '[x](&#1;javascript:alert(1))',
  '[x](\u0001javascript:alert(1))',
  '[x](javascript://e.x/%0aalert(1))',
  '[x](vbscript:msgbox(1))',
  '[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)',
  '[x](data:image/svg+xml,<svg onload=alert(1)>)',
  '[x](file:///etc/passwd)',
  '[x](blob:https://e.x/1)',
  '[x](about:blank)',
  '[x](ws://e.x)',
  '[x](//evil.example)',
  '[x](\\\\evil.example)',
  '[x](/\\evil.example)',
  '[x](/&#9;/evil.example)',
  '[x](/%5Cevil.example)',
  '[x](/chat/"onclick=alert(1))',
  '[x](/chat/../api/session)',
  '[x](https://google.com@evil.example/)',
  '[x](https://e.x "\\" onmouseover=\\"alert(1)")',
  '[x](https://e.x" onmouseover="alert(1))',
  "[x](https://e.x/'onclick='alert(1))",
  '[x][r]\n\n[r]: javascript:alert(1)',
  '[x][r]\n\n[r]: <javascript:alert(1)> "t"',
  '<javascript:alert(1)>',
  '<vbscript:x>',
  '<data:text/html,x>',
  '<JAVASCRIPT:alert(1)>',
  '![x](javascript:alert(1))',
  '![x](https://evil.example/pixel.png)',
  '![x](data:image/svg+xml;base64,PHN2Zz4=)',
  '![" onerror="alert(1)](x)',
  '[![x](javascript:alert(1))](javascript:alert(1))',
  '```"><img/src=x/onerror=alert(1)>\n</code><script>alert(1)</script>\n```',
  '`</code><script>alert(1)</script>`',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '&#60;img src=x onerror=alert(1)&#62;',
  '| <img src=x onerror=alert(1)> |\n|---|\n| <script>alert(1)</script> |',
  '- [x] <img src=x onerror=alert(1)>',
  '# <img src=x onerror=alert(1)>',
  '> <script>alert(1)</script>',
  '1. <iframe src=javascript:alert(1)>',
  '<sub onmouseover=alert(1)>x</sub>',
  '<sup style="position:fixed">x</sup>',
  '<kbd/onclick=alert(1)>x</kbd>',
  '<mark><img src=x onerror=alert(1)></mark>',
  '<details open ontoggle=alert(1)><summary>x</summary>y</details>',
  '<details><summary onclick=alert(1)>x</summary>y</details>',
  '<details><summary><script>alert(1)</script></summary>\n\n<iframe src=javascript:alert(1)>\n\n</details>',
  'a[^"onclick=alert(1)]\n\n[^"onclick=alert(1)]: <script>alert(1)</script>',
  '[x][^1] ![x][^1]\n\n[^1]: javascript:alert(1)',
  '[^1]: https://evil.example "t"\n\n[^1]',
  '$\\href{javascript:alert(1)}{x}$',
  '$\\url{javascript:alert(1)}$',
  '\\(\\includegraphics{https://evil.example/pixel.png}\\)',
  '$$\\htmlStyle{background:url(https://evil.example)}{x}$$',
  '\\[\\htmlData{onclick=alert(1)}{x}\\]',
  '$\\htmlId{x}{y} \\htmlClass{button}{z}$',
  '$\\text{<img src=x onerror=alert(1)>}$',
  '$$\\text{</math><script>alert(1)</script>}$$',
  '$\\textcolor{url(https://evil.example)}{x} \\colorbox{red;position:fixed}{y}$',
  '$\\unicode{x22} \\char"3C script\\char"3E$',
  '$$\\def\\x{\\href{javascript:alert(1)}{x}}\\x$$',
];

test.each(ATTACKS)('%s builds no dangerous element or attribute', (attack) => {
  expect(dangers(rendered(attack))).toEqual([]);
});

test('random combinations of pieces of attacks build nothing dangerous either', () => {
  const random = seeded(7);
  const parts = ATTACKS.flatMap((attack) => attack.split(/(?=[<[("'&`:])/));
  for (let index = 0; index < 1_000; index += 1) {
    let text = '';
    for (let left = 1 + random.below(8); left > 0; left -= 1) text += random.pick(parts);
    expect(dangers(rendered(text)), text).toEqual([]);
  }
});

test('the examples build nothing dangerous, and the check knows every element they build', () => {
  for (const example of EXAMPLES) expect(dangers(rendered(example)), example).toEqual([]);
});

test('raw HTML is shown as text', () => {
  for (const html of ['<b>bold</b>', '<div class="a">\nx\n</div>', 'a <!-- b --> c', '<i']) {
    expect(rendered(html).textContent).toBe(html);
  }
});

test('a line break is the one tag that works', () => {
  expect(rendered('a<br>b<br />c').querySelectorAll('br')).toHaveLength(2);
  expect(rendered('<br>').querySelectorAll('br')).toHaveLength(1);
  expect(rendered('| a |\n|---|\n| b<BR/>c |').querySelectorAll('td br')).toHaveLength(1);
});

test('a link may use http, https or mailto only, judged by the address that the browser parses', () => {
  expect(safeUrl('https://e.x/a b?q=ü#f')).toBe('https://e.x/a%20b?q=%C3%BC#f');
  expect(safeUrl('HTTP://E.X')).toBe('http://e.x/');
  expect(safeUrl(' https://e.x\n')).toBe('https://e.x/');
  expect(safeUrl('mailto:a@e.x?subject=b')).toBe('mailto:a@e.x?subject=b');
  const refused = [
    '/a',
    'a',
    '#a',
    '?a',
    '',
    '//e.x',
    'sandbox:/mnt/data/a.csv',
    'https://',
    'tel:1',
  ];
  for (const address of [...refused, 'java\nscript:alert(1)', 'http://user:pass@e.x']) {
    expect(safeUrl(address), address).toBeNull();
  }
});

test('a link to a view of this page opens here', () => {
  const link = rendered('Open [the *setup*](/setup?a#b).').querySelector('a');
  expect(link?.outerHTML).toBe('<a href="/setup">the <em>setup</em></a>');
  expect(pageUrl('/chat/thread_1')).toBe('/chat/thread_1');
  expect(pageUrl('/chat/a"b')).toBe('/chat/a%22b');
  expect(pageUrl(`${location.origin}/setup`)).toBe('/setup');
  const refused = ['setup', ' /setup', '//e.x/setup', '/\\e.x/setup', '/\t/e.x/setup', '///e.x'];
  for (const address of [
    ...refused,
    '/api/setup',
    '/chat/a/b',
    '/chat/%',
    `${location.origin}/x`,
    `${location.origin}.e.x/setup`,
    `${location.origin}@e.x/setup`,
  ]) {
    expect(pageUrl(address), address).toBeNull();
  }
});

test('a link that is not allowed keeps its text', () => {
  const element = rendered('Get [the *file*](sandbox:/mnt/data/a.csv) or [this](/relative).');
  expect(element.querySelector('a')).toBeNull();
  expect(element.textContent).toBe('Get the file or this.');
  expect(element.querySelector('em')?.textContent).toBe('file');
});

test('an image is a link with its description, and never loaded', () => {
  const element = rendered('![a *cat*](https://e.x/cat.png "Tom")');
  const link = element.querySelector('a');
  expect(link?.textContent).toBe('image: a cat');
  expect(link?.getAttribute('href')).toBe('https://e.x/cat.png');
  expect(link?.getAttribute('title')).toBe('Tom');
  expect(rendered('![](data:image/png;base64,AA==)').textContent).toBe('image: no description');
});

test('character references are decoded once', () => {
  expect(
    decodeEntities('&amp;lt; &eacute;&Omega;&diams;&rarr; &#x1F600; &#0; &#xD800; &nope; &'),
  ).toBe('&lt; éΩ♦→ 😀 \uFFFD \uFFFD &nope; &');
  expect(rendered('&amp;lt; &#38;lt; `&lt;` \\&lt;').textContent).toBe('&lt; &lt; &lt; &lt;');
  expect(rendered('[x](https://e.x/?a=1&amp;b=2)').querySelector('a')?.href).toBe(
    'https://e.x/?a=1&b=2',
  );
});
