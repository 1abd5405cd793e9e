import { h } from '../../base/dom.ts';

export interface TextView {
  readonly element: HTMLPreElement;
  /** Shows this text, appending if it continues the last one. */
  show(text: string): void;
}

/** Preformatted text that grows, such as logs. */
export function createTextView(label: string, className: string): TextView {
  const node = document.createTextNode('');
  const element = h('pre', { class: className, tabindex: 0, role: 'group' }, h('code', {}, node));
  element.setAttribute('aria-label', label);
  let shown = '';
  return {
    element,
    show(text) {
      if (text === shown) return;
      if (text.startsWith(shown)) node.appendData(text.slice(shown.length));
      else node.data = text;
      shown = text;
    },
  };
}
