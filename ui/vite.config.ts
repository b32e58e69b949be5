import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { configDefaults } from 'vitest/config';
import { compiledMessages, messageFiles, writeMessages, type Part } from './scripts/i18n-types.mjs';

/**
 * Gives `virtual:messages/en`: the catalogue with its messages parsed already, so that no parser is shipped, and
 * `virtual:messages/en/later`: what is not said on the first screen. Keeps the types of its keys in step.
 */
function messages(): Plugin {
  const prefix = '\0virtual:messages/';
  return {
    name: 'petrel-messages',
    buildStart: () => writeMessages(),
    resolveId: (id) => (id.startsWith('virtual:messages/') ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(prefix)) return undefined;
      const [language, part = 'first'] = id.slice(prefix.length).split('/') as ['en' | 'es', Part | undefined];
      for (const file of messageFiles(language, part)) this.addWatchFile(file);
      return `export default ${JSON.stringify(compiledMessages(language, part))}`;
    },
    handleHotUpdate({ file }) {
      if (/\/i18n\/en\/.*\.json$/.test(file)) writeMessages();
    },
  };
}

/** The palette's parts of bits-ui hold a style attribute in their markup, which `style-src 'self'` refuses; a class does the same. */
function strictStyles(): Plugin {
  return {
    name: 'petrel-strict-styles',
    enforce: 'pre',
    transform(code, id) {
      if (!/bits-ui\/dist\/bits\/command\/components\/[\w-]+\.svelte$/.test(id)) return undefined;
      return code.replaceAll('style="display: contents;"', 'class="contents"');
    },
  };
}

/** `npm run dev` with `?mock` or VITE_MOCK answers the commands from a clinic in memory. Never part of a build. */
function mockClinic(): Plugin {
  return {
    name: 'petrel-mock-clinic',
    apply: 'serve',
    transformIndexHtml: () => [
      { tag: 'script', attrs: { type: 'module', src: '/tests/mock/start.ts' }, injectTo: 'head-prepend' },
    ],
  };
}

/** The shell sends the same policy (`app.security.csp` in tauri.conf.json); the browser tests are held to it, too. */
const CSP = "default-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ipc: http://ipc.localhost";

/**
 * What is there before the first screen goes into two files: many small ones of what areas share with it would weigh 10 KiB more. Each group holds all
 * that the file it names imports; that itself stays apart, so that the budget finds it.
 */
const GROUPS = [
  { name: 'start', test: /src\/main\.ts$/, priority: 2 },
  { name: 'shell', test: /src\/lib\/shell\/(Nav|Notices|TopBar)\.svelte$/, priority: 1 },
];

export default defineConfig(({ mode }) => ({
  plugins: [messages(), strictStyles(), tailwindcss(), svelte(), ...(mode === 'test' ? [] : [mockClinic()])],
  resolve: {
    alias: {
      // The catalogue is parsed when the program is built (the unit tests parse it themselves to compare languages).
      ...(mode !== 'test' && {
        '@formatjs/icu-messageformat-parser': '@formatjs/icu-messageformat-parser/no-parser.js',
      }),
      $lib: fileURLToPath(new URL('./src/lib', import.meta.url)),
      $areas: fileURLToPath(new URL('./src/areas', import.meta.url)),
    },
    conditions: mode === 'test' ? ['browser', 'module', 'import', 'default'] : undefined,
  },
  // One file an icon and a lazy import in the router: bundled beforehand, each new one would reload the page under development.
  optimizeDeps: { exclude: ['@tabler/icons-svelte', 'sv-router'] },
  clearScreen: false,
  server: { host: '127.0.0.1', port: 5173, strictPort: true },
  preview: {
    host: '127.0.0.1',
    port: Number(process.env.PETREL_UI_PORT ?? 4173),
    strictPort: true,
    headers: { 'Content-Security-Policy': CSP },
  },
  // WebKitGTK 2.40 (Debian 12), WebView2 and WKWebView of macOS 12 read this.
  build: {
    target: ['es2022', 'safari15.4', 'chrome105'],
    outDir: 'dist',
    manifest: true,
    chunkSizeWarningLimit: 400,
    rolldownOptions: { output: { codeSplitting: { groups: GROUPS } } },
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['tests/unit/setup.ts'],
    exclude: [...configDefaults.exclude, 'tests/browser/**'],
    restoreMocks: true,
  },
}));
