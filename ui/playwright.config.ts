import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

// The program as it is built, in Debian's browser, its commands answered from a clinic in memory.
const PORT = process.env.PETREL_UI_PORT ?? '4173';

// The one without a window is there on Debian alone; the tests take two thirds of the time in it.
const BROWSERS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/chromium-browser'];
const executablePath = process.env.PETREL_CHROMIUM ?? BROWSERS.find(existsSync);

export default defineConfig({
  testDir: 'tests/browser',
  globalSetup: './tests/browser/build-mock.ts',
  fullyParallel: true,
  workers: 2,
  // axe reads a full page for seconds where two cores are shared: a limit that only a hang reaches.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list'], ['./tests/browser/failures.ts']],
  use: {
    baseURL: `http://127.0.0.1:${PORT}`,
    viewport: { width: 1366, height: 768 },
    timezoneId: 'Europe/Madrid',
    locale: 'en-GB',
    // A test has the page of the one before it, emptied: a tenth less time than with a page of its own.
    reuseContext: true,
    launchOptions: {
      executablePath,
      args: ['--no-sandbox'],
    },
  },
  webServer: {
    command: process.env.PETREL_UI_BUILT ? 'npx vite preview' : 'npx vite build && npx vite preview',
    url: `http://127.0.0.1:${PORT}`,
    reuseExistingServer: false,
    timeout: 120_000,
  },
});
