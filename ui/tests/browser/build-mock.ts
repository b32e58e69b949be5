import { fileURLToPath } from 'node:url';
import { build } from 'vite';

export const MOCK_SCRIPT = fileURLToPath(new URL('../../node_modules/.cache/petrel-mock/browser.js', import.meta.url));

/** Builds the clinic in memory into one script. */
export default async function buildMock(): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      outDir: fileURLToPath(new URL('../../node_modules/.cache/petrel-mock', import.meta.url)),
      emptyOutDir: true,
      lib: {
        entry: fileURLToPath(new URL('../mock/browser.ts', import.meta.url)),
        formats: ['iife'],
        name: 'petrelMockScript',
        fileName: () => 'browser.js',
      },
    },
  });
}
