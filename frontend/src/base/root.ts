/**
 * Returns the address of a path of this server, such as `/chat`. The server may be under a path of
 * its host, `/chat-app` say, which it writes into the page.
 */
export function at(path: string): string {
  return root() + path;
}

/** Returns the path as the server knows it, without the root path. */
export function withoutRoot(path: string): string {
  const prefix = root();
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
}

function root(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="root"]')?.content ?? '';
}
