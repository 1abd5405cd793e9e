/** Loaded lazily, because it imports highlight.js. */

import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import cpp from 'highlight.js/lib/languages/cpp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import go from 'highlight.js/lib/languages/go';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import python from 'highlight.js/lib/languages/python';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { h } from '../../base/dom.ts';

const languages = {
  bash,
  c,
  cpp,
  css,
  diff,
  go,
  java,
  javascript,
  json,
  python,
  rust,
  sql,
  typescript,
  xml,
  yaml,
};
for (const [name, language] of Object.entries(languages)) hljs.registerLanguage(name, language);
hljs.registerAliases(['shell'], { languageName: 'bash' });
hljs.configure({ classPrefix: 'md-hl-' });

/** All that highlight.js writes: spans with a class, their ends, escaped text. */
const MARKUP = /<span class="([^"]*)">|<\/span>|[^<]+/g;
const ESCAPED: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#x27;': "'",
};

/** Highlights code. The HTML that highlight.js writes is read back into spans and text nodes. */
export function highlightCode(code: string, language: string): Node {
  const root = document.createDocumentFragment();
  if (hljs.getLanguage(language) === undefined) {
    root.append(code);
    return root;
  }
  const { value } = hljs.highlight(code, { language, ignoreIllegals: true });
  const open: Array<ParentNode> = [root];
  for (const [markup, className] of value.matchAll(MARKUP)) {
    const parent = open.at(-1) ?? root;
    if (className !== undefined) {
      const span = h('span', { class: className });
      parent.append(span);
      open.push(span);
    } else if (markup === '</span>') open.pop();
    else
      parent.append(markup.replace(/&(?:amp|lt|gt|quot|#x27);/g, (name) => ESCAPED[name] ?? name));
  }
  return root;
}
