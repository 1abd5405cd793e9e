import { h } from './dom.ts';

const ALLOWED: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);

/**
 * The address of a link a reader may follow, or null where it is none: relative, with another
 * scheme than http, https or mailto, or with a user name in it (which hides the real host).
 * The answer is what the URL parser read, so tabs, case and padding can hide nothing.
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

/** A link that opens in a tab of its own and tells the other side nothing about this page. */
export function externalLink(url: string, title: string | null): HTMLAnchorElement {
  return h('a', { href: url, title, target: '_blank', rel: 'noopener noreferrer' });
}
