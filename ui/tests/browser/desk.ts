import { test as base, expect, type Page } from '@playwright/test';
import AxeBuilder from '@axe-core/playwright';
import type { MockOptions } from '../mock/clinic';
import { MOCK_SCRIPT } from './build-mock';

export { expect };

/** A Friday morning at work, in the clinic's zone. */
export const NOW = Date.parse('2026-11-20T10:12:00+01:00');

export interface DeskOptions extends MockOptions {
  theme?: 'light' | 'dark';
  language?: 'en' | 'es';
}

/** Every test fails where the page logs an error or breaks the content policy. */
export const test = base.extend<{ quiet: void }>({
  quiet: [
    async ({ page }, use) => {
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
      await use();
      expect(problems).toEqual([]);
    },
    { auto: true },
  ],
});

/** Opens a screen of the built program over a clinic in memory. */
export async function openDesk(
  page: Page,
  path: string,
  { theme, language, ...mock }: DeskOptions = {},
): Promise<void> {
  await page.clock.setFixedTime(NOW);
  await page.addInitScript((options) => (window.petrelMock = options), mock);
  await page.addInitScript({ path: MOCK_SCRIPT });
  await page.addInitScript(
    ([look, words]) => {
      const { desk } = window.petrelWorld!.memory;
      desk.theme = JSON.stringify(look);
      desk.language = JSON.stringify(words);
    },
    [theme ?? 'light', language ?? 'en'],
  );
  await page.goto(path);
  // Not just anything: keys that are pressed before the shell is there reach nobody.
  await expect(page.locator('[data-testid="shell"], [data-testid^="screen-"]').first()).toBeAttached();
}

/** No violation of WCAG 2.2 A and AA on the page as it stands. */
export async function expectAccessible(page: Page): Promise<void> {
  // What fades in has less contrast on its way.
  const moving = () =>
    document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity).length;
  await expect.poll(() => page.evaluate(moving)).toBe(0);
  // No page has frames, and what is well needs no telling: a quarter of the time.
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode()
    .options({ resultTypes: ['violations'] })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  expect(
    violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .map(({ target, failureSummary }) => `${target.join(' ')} ${failureSummary}`)
          .slice(0, 3)
          .join(' | ')}`,
    ),
  ).toEqual([]);
}
