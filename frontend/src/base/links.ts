import { type Attributes, type Child, h } from './dom.ts';

const ALLOWED: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);

/**
 * Returns the address as the URL parser read it, so that tabs, case and padding hide nothing. Null
 * for an address that no reader should follow: a relative one, one with a scheme other than http,
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

/** A link that opens in its own tab and does not tell its target about this page; plain text if the
 * address is not safe. */
export function externalLink(
  address: string,
  content: readonly Child[],
  attributes: Attributes = {},
): HTMLElement {
  const href = safeUrl(address);
  if (href === null) return h('span', { class: 'no-link' }, ...content);
  return h('a', { ...attributes, href, target: '_blank', rel: 'noopener noreferrer' }, ...content);
}
