import { defineConfig } from 'vitest/config';
import { PRODUCT } from './src/product.ts';
import { blockingScript } from './vite/blocking_script.ts';
import { frames } from './vite/frames.ts';
import { markedLexer } from './vite/marked_lexer.ts';

const backend = 'http://127.0.0.1:8000';

// The backend refuses a foreign Host or Origin. In development the page comes from another port,
// so the proxy speaks to the backend as the backend's own page would.
const asOwnPage = { target: backend, changeOrigin: true, headers: { origin: backend } };

export default defineConfig({
  // The server puts its root path before the addresses of the page; the rest is relative to them.
  base: './',
  plugins: [
    blockingScript('src/first_paint.js'),
    frames(),
    markedLexer(),
    {
      name: 'product',
      transformIndexHtml: (html) => html.replaceAll('%PRODUCT%', PRODUCT),
    },
  ],
  build: {
    outDir: '../backend/static',
    emptyOutDir: true,
    // A data: URL or an inlined script would need holes in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // How long a plugin takes is no news to whoever only wants the page.
      checks: { bundlerTimings: false },
      // One file for what every page needs: the table of the language is awaited in it.
      output: { codeSplitting: { groups: [{ name: 'page', tags: ['$initial'] }] } },
    },
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    proxy: {
      '/api': asOwnPage,
      '/frames': asOwnPage,
      '/healthz': asOwnPage,
      '/shared': asOwnPage,
      '^/(icons/|manifest\\.webmanifest|sw\\.js|offline)': asOwnPage,
      '/ws': { ...asOwnPage, ws: true },
    },
  },
  test: {
    environment: 'happy-dom',
    // A link that a test clicks would load its page, some time later and in another test.
    environmentOptions: {
      happyDOM: {
        settings: {
          navigation: {
            disableMainFrameNavigation: true,
            disableChildPageNavigation: true,
            disableFallbackToSetURL: true,
          },
        },
      },
    },
    // A process runs many files, each in a context of its own: a third of the processor time.
    pool: 'vmForks',
    include: ['tests/**/*.test.ts'],
    restoreMocks: true,
    unstubGlobals: true,
    // What browsers have, and Node.js only from version 21 on.
    execArgv: 'rawJSON' in JSON ? [] : ['--harmony-json-parse-with-source'],
    // Some compute for a second or two, and for much longer on a busy machine.
    testTimeout: 60_000,
  },
});
