import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** One for each port: checkouts that share their packages, and are tested at the same time, do not write over each other's. */
const FOLDER = join(tmpdir(), `petrel-mock-${process.env.PETREL_UI_PORT ?? '4173'}`);
export const MOCK_SCRIPT = join(FOLDER, 'browser.js');

/** Builds the clinic in memory into one script. */
export default async function buildMock(): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      outDir: FOLDER,
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
