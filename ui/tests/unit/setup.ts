import { cleanup } from '@testing-library/svelte';
import { afterEach, beforeAll } from 'vitest';
import { laterTexts, useLanguage } from '$lib/i18n/index.svelte';

// jsdom draws nothing: what only paints is left out.
Element.prototype.animate ??= () =>
  ({ finished: Promise.resolve(), cancel: () => undefined, onfinish: null }) as unknown as Animation;
Element.prototype.scrollIntoView ??= () => undefined;
globalThis.ResizeObserver ??= class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};
window.matchMedia ??= ((query: string) => ({
  matches: false,
  media: query,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
})) as unknown as typeof window.matchMedia;

beforeAll(async () => {
  await useLanguage('en', 'GB');
  await laterTexts();
});
afterEach(cleanup);
