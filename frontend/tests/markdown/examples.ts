/** Markdown in the small: every construct, its edges, and what models get wrong. */
export const EXAMPLES: readonly string[] = [
  // Paragraphs and breaks
  'One line.',
  'Two\nlines.\n\nAnother paragraph.\n',
  'Hard  \nbreak and backslash\\\nbreak.',
  '   indented a little\nand on',
  '\n\n  \nafter blank lines\n\n\n',
  'a\tb\n\tc',
  'line\r\nline\r\n\r\nparagraph\rline',
  // Headings
  '# One\n## Two\n### Three\n#### Four\n##### Five\n###### Six\n####### seven',
  '### First is deep\n# Then one\n##### Then five\n## Two\n### Three',
  'Setext\n===\n\nSecond\n---\nparagraph\n\nTwo\nlines\n----',
  '#\n# closed #\n#tag is text\n## a `code` *em* #',
  'para\n# heading\npara',
  // Rules
  '***\n---\n___\n\n- - -\n* * *\nfoo\n***\nbar',
  'text\n\n--\n\n**\n\n__',
  // Emphasis
  '*em* **strong** ***both*** _em_ __strong__ ~~gone~~ ~one~',
  '**bold *and em* bold** a*b*c a_b_c **a*b*c** _foo*bar_baz*',
  '*open **never closed `code* a` _x',
  '**多语言**文字 *é* “**quoted**” **"a"**b',
  // Code spans
  '`code` ``a ` b`` ` lead ` `` ` `` `no end',
  '`a\nb` `<b>` `&amp;` `\\`',
  // Entities and escapes
  '&amp; &lt;b&gt; &copy; &#65; &#x41; &#0; &nope; &amp;amp; &#38;lt; &#xD800; &ouml',
  '\\* \\# \\[a\\] \\&amp; \\\\ \\a \\<b>',
  // Links
  '[a](https://example.com) [b](https://example.com/x?a=1&b=2 "title &amp; more") <https://x.org>',
  '[a *b* `c`](https://example.com/(x)) [d](<https://example.com/a b>) [e]()',
  'https://example.com/path?q=1. www.example.com, (http://a.b/c) me@example.com <me@example.com>',
  '[rel](/path) [frag](#x) [file](sandbox:/mnt/data/a.csv) [js](javascript:alert(1))',
  '[a][ref] [ref] [Ref][] [none] [a][none]\n\n[ref]: https://example.com "T"\n',
  '[early]: https://a.example\n\nSee [early] and [late].\n\n- [late]\n\n> [late]\n\n[late]: <https://b.example>\n',
  '[a]\n\n[a]: https://one.example\n[a]: https://two.example\n\n[a]',
  '[a]: https://example.com\n"title over\ntwo lines"\n\n[a]',
  '[a]:\nhttps://example.com\n\n[a]',
  '> [in quote]: https://example.com\n\n[in quote]',
  '- [in list]: https://example.com\n- [in list]\n\n[in list]',
  '[constructor] [__proto__]\n\n[constructor]: https://a.example\n\n[__proto__]: https://b.example',
  '[unclosed [nested](https://a.example) ![x](https://a.example/i.png',
  'para\n[not a def]: https://example.com\n\n[not a def]',
  // Images
  '![alt *text*](https://example.com/a.png "t") ![](data:image/png;base64,AA==) ![r][i]\n\n[i]: https://e.x/i',
  '[![in link](https://e.x/i.png)](https://e.x)',
  // Lists
  '- a\n- b\n- c',
  '* a\n\n* b\n* c\n',
  '- a\n- b\n\n- c\n- d',
  '- a\n\n  b\n- c',
  '1. a\n2. b\n10. c',
  '7) a\n8) b\n\ntext',
  '1. a\n\n2',
  '1. a\n\n2. b\n\n3. c',
  '- a\n- - b\n  - c\n    - d\n- e',
  '- a\n  - b\n\n    c\n  - d\n- e',
  '- a\n+ b\n* c\n1. d\n1) e',
  '- a\nlazy\n- b\n  more\n\nout',
  '-\n- a\n-\n\n- b',
  '- \n\n  a',
  '-   wide\n\n    still\n\n   out',
  '- a\n-',
  '- a\n--',
  '- a\n- - -\n- b',
  '- a\n\n-',
  '- a\n\n--',
  '- a\n\n- ',
  'text\n- a\n- b\ntext\n\n1. one\ntext\n2. two',
  'text\n2. no list\n\n2. list',
  '- ```js\n  let a = 1;\n\n  let b;\n  ```\n- after',
  '1. Step\n\n   ```sh\n   ls\n   ```\n\n2. Step\n\n   ```sh\n   pwd',
  '- # heading in item\n- > quote\n  > more\n- | a |\n  |---|\n  | 1 |',
  '- [ ] open\n- [x] done\n- [X] done too\n- [] none\n- [ ]',
  '- [ ] a\n\n- [x] b\n\n  more',
  '- [ ] a\n  - [x] b\n- [ ] **c** [l](https://e.x)\n\n- d',
  '   - a\n  - b\n - c\n- d',
  '- a\n    - b\n        - c\n\n            code',
  '10. a\n\n    b\n11. c',
  '- a\n\n\n- b\n\n\n\nc',
  '- a\n***\n- b\n# h\n- c\n> q\n- d\n```\nx\n```\n- e\n<div>\n- f',
  // Quotes
  '> a\n> b\nlazy\n\n> c\n>\n> d',
  '> # h\n> - a\n> - b\n>\n> ```\n> code\n> ```\nafter',
  '> a\n> > b\n> > > c\n> d\ne',
  '> - a\nlazy\n> - b\n\n>- c',
  '>\n> \n>a\n> ---\n> b\n> ===',
  '> ```\ncode?\n> ```',
  '> a\n\n\n> b',
  '> | a | b |\n> |---|---|\n> | 1 | 2 |\nx',
  // Code
  '```\nplain\n```',
  '```js\nconst a = `x`;\n```\ntext',
  '```python title="a"\nprint("<b>&amp;</b>")\n\n\n```\n\n```\nopen',
  '~~~\n```\n~~~\n\n~~~~ rb\n~~~\n~~~~',
  '````md\n```js\nx\n```\n````',
  '```\n\n\n\na\n\n```',
  '```',
  '```\n```',
  '```\n``',
  '```\na\n```b\n```',
  '```\na\n``` \t\n```\nb',
  '  ```\n  a\n    b\n c\n  ```\nd',
  '```js',
  'text\n```js\nx',
  '``` no`fence\ntext ```',
  '    indented\n\n      more\n\n\n    end\n\ntext\n    not code',
  '\tcode\n\t\tmore',
  'a\n\n    code\n\n- b\n\n      code in item',
  // Tables
  '| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\nafter',
  'a | b\n:-- | --:\n1 | 2\n3',
  '| a | b | c |\n|:-:|:--|--:|\n| `x\\|y` | **b** | [l](https://e.x) |\n| 1 |\n| 1 | 2 | 3 | 4 |',
  '| a |\n|---|\n\n| b |\n|---|',
  '| a | b |\n|---|\n| no table |',
  'para\n| a | b |\n|---|---|\n| 1 | 2 |',
  'para\n| a | b |\n|---|---|x\nmore',
  '| a | b |\n|---|---|\n| 1 | 2 |\n> quote',
  '| a | b |\n|---|---|\n| 1 | 2 |\n- list',
  '| a | b |\n|---|---|\nlazy row\n\nout',
  '|  | b |\n|--|---|\n| x | ![i](https://e.x/i) |\n',
  '| a |\n|:-|\n| 1 |\n   \n| 2 |',
  'a|b\n-|-\n1|2\n```\ncode',
  // Formulas
  'The root is \\(x_1 = \\frac{-b + \\sqrt{d}}{2a}\\) and\n\n\\[\n\\sum_{i=1}^{n} i^2\n\\]\n\nIt costs $5 to $10, and $a_1 * b_2 * c_3$.',
  '$$\nE = mc^2 \\\\\nF = m a\n$$\nA matrix: $$\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}$$',
  'text\n$$\nx\n+ y\n- z\n\n= 1\n$$\nmore\n\n- item\n  \\[\n  a*b*c\n  \\]\n- \\(x\\)\n\n> $$\n> y\n> $$',
  '**bold $a*b$ \\(c*d\\)** $x$y US$5 `$x$` $`a`$ $HOME/$USER \\[1\\] \\$5 and $6$',
  'open \\(x_1 = *a* and\n\nopen $$x_1\n\nopen $\\frac{a',
  '\\[\nopen _a_ block\n\n**bold**\n\n$$x$$ inline\n\n$$ y $$\n',
  '$$\n```js\nx\n```\n$$\n\n$$\n\n$$\n$',
  '| $a$ | \\(b\\) |\n|---|---|\n| $x^2$ | $$y$$ |\n\n# $z$ and \\frac',
  '$\\href{javascript:alert(1)}{x}$ $\\frac{1$ $\\unknown$ \\(\\def\\a{\\a}\\a\\)',
  // The HTML that works
  'H<sub>2</sub>O, E=mc<sup>2</sup>, <kbd>Ctrl</kbd>+<kbd>C</kbd> and <mark>**marked** `code`</mark>',
  '<sub>open *em* <sup>x</sub> y</sup> **<kbd>a** b</kbd> <SUB>c</SUB> <sub class="x">d</sub> </mark>',
  '<details><summary>More **now**</summary>\n\nHidden **text**.\n\n- a\n- b\n\n</details>\n\nafter',
  '<details open>\n<summary>Sum</summary>\ntext\n\n```html\n</details>\n```\n`</details>`\n\n# h\n</details>\nafter',
  '<details>\n<summary>A</summary>\n\n<details><summary>B</summary>\n\nin\n\n</details>\n\n| a |\n|---|\n| 1 |\n\nopen\n\nmore [l]\n\n[l]: https://e.x\n\n1. x',
  '- item\n  <details><summary>S</summary>\n\n  in\n\n  </details>\n- next\n\n> <details><summary>Q</summary>\n> x\n> </details>',
  'text\n<details><summary>one line</summary>inside</details> after\n\n<details>no summary</details>\n\n<summary>x</summary>',
  // Footnotes
  'Note[^1] here, [^long] and [^none].\n\n[^1]: The *text*.\n[^long]: More\nlines\n\n    and `more`\n\n    - a\n\nafter [^1]',
  '[^a]: before\n\nThen[^a], [x][^a] ![y][^a] and `[^a]`.\n\n- [^b] in\n\n  [^b]: a list\n\n> [^c]: quote\n\n[^c]',
  '[^x]:\n\n[^x] [^constructor] [^__proto__]\n\n[^A]: upper [^a]\n[^a]: twice\n- list',
  // Raw HTML
  'a<br>b<br/>c<BR />d <b>bold</b> <!-- c --> <i',
  '<div>\n*a*\n</div>\n\n*b*',
  '<details>\n<summary>Sum</summary>\n\n- a\n\n</details>',
  '<script>\nalert(1)\n\n**x**\n</script>\nafter',
  '<!-- comment\n\nstill -->\n\nafter',
  '<pre>\nopen for ever\n\n# not a heading',
  '<span>\nx\n</span>\n\ntext <a href="https://e.x">https://e.x</a> https://f.x',
  'text <a href="x">\n\nhttps://example.com',
  'text\n<div>x</div>\ntext',
  'text\n<span>\ntext',
  '<br>\n\nline<br>\nline',
  '<https://e.x/?a=<b>> <?php x ?> <!DOCTYPE html> <![CDATA[x]]>',
  // An answer as a model writes it
  `# Weather in Oslo

Here is what I found — **today** and *tomorrow*:

| Day | °C | Sky |
|:----|---:|:---:|
| Today | 12 | ☀️ |
| Tomorrow | 9 | 🌧️ rain |

1. **Pack** a jacket:
   - warm
   - dry
2. Look again [here](https://www.yr.no/en).

   \`\`\`python
   def look(place: str) -> None:
       print(f"{place}: {get(place)}")
   \`\`\`

3. Done.

> Note: sample data.

---

### More[^1]

Call \`get_weather(location, dates)\`. See [docs][d].

[d]: https://open-meteo.com/en/docs
`,
];
