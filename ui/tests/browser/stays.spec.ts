import type { Page } from '@playwright/test';
import { expect, openDesk, test } from './desk';

/** A stay from Monday to Thursday of the week before the clinic's Friday, of whoever has the first visit. */
const stay = (page: Page, more: object): Promise<string> =>
  page.evaluate((change) => {
    const world = window.petrelWorld!;
    const [visit] = world.memory.visits;
    Object.assign(visit!, {
      starts_at: Date.parse('2026-11-16T16:00:00+01:00'),
      ends_at: Date.parse('2026-11-19T17:00:00+01:00'),
      ...change,
    });
    world.changed(['appointments']);
    return visit!.id;
  }, more);

test('a list says of a stay on which day it ends', async ({ page }) => {
  await openDesk(page, '/#/attention', { conflicts: true });
  await page.getByTestId('clash').first().waitFor();
  await page.evaluate(() => {
    const world = window.petrelWorld!;
    const clashing = world.memory.visits.find(({ is_overbooked }) => is_overbooked)!;
    clashing.ends_at = clashing.starts_at + 3 * 86_400_000;
    world.changed(['appointments']);
  });
  const row = page.getByTestId('clash-visit').filter({ hasText: /–(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/ });
  await expect(row).toHaveCount(1);
  // One line.
  const line = row.locator('.tabular-nums').first();
  expect((await line.boundingBox())!.height).toBeLessThan(30);
});

test('who is still here from the days before stands on the board of today, with the day', async ({ page }) => {
  await openDesk(page, '/#/today');
  await page.getByTestId('today-card').first().waitFor();
  const id = await stay(page, { status: 'in_progress' });
  const card = page.getByTestId('lane-in_progress').locator(`[data-id="${id}"]`);
  await expect(card).toContainText(/Mon,?\s16:00/);
});

test('a screen reader hears of a stay on each day when it began and when it ends', async ({ page }) => {
  await openDesk(page, '/?date=2026-11-18#/schedule');
  await page.getByTestId('visit').first().waitFor();
  const id = await stay(page, { status: 'in_progress', ends_at: Date.parse('2026-11-21T09:00:00+01:00') });
  await expect(page.locator(`[data-id="${id}"]`)).toHaveAccessibleName(/^Mon,? 16:00 – Sat,? 0?9:00\./);
});
