import { h } from '../base/dom.ts';

/** A link out of model output: http and https only, anything else is shown as text. */
export function safeLink(url: string, text = url): HTMLElement {
  if (!isWebAddress(url)) return h('span', { class: 'tool-address' }, text);
  return h(
    'a',
    { class: 'tool-address', href: url, target: '_blank', rel: 'noopener noreferrer' },
    text,
  );
}

function isWebAddress(url: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(url).protocol);
  } catch {
    return false;
  }
}
