import { h } from './dom.ts';

/** Has the browser save a file, without opening it. */
export function saveFile(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = h('a', { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  // The browser has taken hold of it with the click.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
