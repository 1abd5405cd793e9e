import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'vite';

/** The scripts of sealed frames: what each is built from, and the script of a package before it. */
const FRAMES = {
  diagrams: 'node_modules/@mermaid-js/tiny/dist/mermaid.tiny.js',
  preview: null,
} as const;

/**
 * Builds each of `src/frames/` into one classic script, `frames/NAME.js` below the built page. The server
 * writes it into the document of the frame, which may load nothing.
 */
export function frames(): Plugin {
  let out = '';
  const write = async (): Promise<void> => {
    mkdirSync(join(out, 'frames'), { recursive: true });
    for (const [name, library] of Object.entries(FRAMES)) {
      const parts = [library === null ? '' : readFileSync(library, 'utf8'), await built(name)];
      // The tag would end there. In a string, where alone it stands, this means the same.
      const script = parts.join('\n').replaceAll('</script', '<\\/script');
      writeFileSync(join(out, 'frames', `${name}.js`), script);
    }
  };
  return {
    name: 'frames',
    apply: () => process.env['VITEST'] === undefined,
    configResolved({ root, build: { outDir } }) {
      out = join(root, outDir);
    },
    closeBundle: write,
    // In development too it is the server that has them.
    configureServer: write,
  };
}

async function built(name: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      lib: { entry: `src/frames/${name}.ts`, formats: ['iife'], name: 'frame' },
    },
  });
  const [bundle] = Array.isArray(result) ? result : [result];
  if (bundle === undefined || !('output' in bundle)) throw new Error(`There is no ${name}.`);
  return bundle.output[0].code;
}
