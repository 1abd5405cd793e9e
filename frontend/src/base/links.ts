import { type Attributes, type Child, h } from './dom.ts';
import { parseRoute, routePath } from './router.ts';

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

/**
 * Returns the address of one of this page's own views, such as `/setup` or `/chat/ID`, with or
 * without this server's, written anew from what was understood of it; null for any other address.
 */
export function pageUrl(address: string): string | null {
  if (!/^\/(?![\\/])/.test(address) && !address.startsWith(`${location.origin}/`)) return null;
  let url: URL;
  try {
    url = new URL(address, location.origin);
  } catch {
    return null;
  }
  if (url.origin !== location.origin) return null;
  const route = parseRoute(url.pathname);
  return route === null ? null : routePath(route);
}

/** Follows a link, as a click on it would. Nothing happens for an address that is not safe. */
export function follow(address: string): void {
  const link = linkTo(address, []);
  document.body.append(link);
  link.click();
  link.remove();
}

/** A link that opens in its own tab and does not tell its target about this page. One to a view of
 * this page opens here; an address that is not safe is plain text. */
export function linkTo(
  address: string,
  content: readonly Child[],
  attributes: Attributes = {},
): HTMLElement {
  const view = pageUrl(address);
  if (view !== null) return h('a', { ...attributes, href: view }, ...content);
  const href = safeUrl(address);
  if (href === null) return h('span', { class: 'no-link' }, ...content);
  return h('a', { ...attributes, href, target: '_blank', rel: 'noopener noreferrer' }, ...content);
}
