import { type Attributes, type Child, h } from './dom.ts';

const ALLOWED: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);

/**
 * The address as the URL parser read it, so that tabs, case and padding can hide nothing. Null for
 * an address that no reader should follow: a relative one, one with another scheme than http,
 * https or mailto, or one with a user name, which hides the real host.
 */
export function safeUrl(address: string): string | null {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (!ALLOWED.has(url.protocol) || url.username !== '' || url.password !== '') return null;
  return url.href;
}

/** A link that opens in a tab of its own and tells the other side nothing about this page; plain
 * text where the address is not safe. */
export function externalLink(
  address: string,
  content: readonly Child[],
  attributes: Attributes = {},
): HTMLElement {
  const href = safeUrl(address);
  if (href === null) return h('span', { class: 'no-link' }, ...content);
  return h('a', { ...attributes, href, target: '_blank', rel: 'noopener noreferrer' }, ...content);
}
