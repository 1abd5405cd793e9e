import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Plugin } from 'vite';

/**
 * Puts a classic script before all else in each document: it runs before the first paint, which a module
 * does not. `source` is plain JavaScript without imports, below the root.
 */
export function blockingScript(source: string): Plugin {
  const name = basename(source);
  let isBuild = false;
  return {
    name: 'blocking-script',
    configResolved(config) {
      isBuild = config.command === 'build';
    },
    buildStart() {
      if (isBuild) this.emitFile({ type: 'asset', name, source: readFileSync(source, 'utf8') });
    },
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const built = Object.values(bundle ?? {}).find(
          (file) => file.type === 'asset' && file.names.includes(name),
        );
        const src = isBuild ? `./${built?.fileName}` : `/${source}`;
        return [{ tag: 'script', attrs: { src }, injectTo: 'head-prepend' }];
      },
    },
  };
}
