import type { Page } from '@playwright/test';
import { askedOf, watchCommands } from './commands';
import { expect, openDesk, test } from './desk';
import { aClient } from './people';

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
  await expect(card.getByTestId('today-time')).toHaveText(/^Mon,?\s16:00–Thu,?\s17:00$/);
  // A visit of this day says only when it begins.
  await expect(page.getByTestId('lane-expected').getByTestId('today-time').first()).toHaveText(/^\d+:\d\d$/);
});

test('a family that is boarded begins together and stays as long as each other', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const client = await aClient(page, 'family');
  await page.goto(`/?book=new&client=${client}#/schedule`);
  await page.getByTestId('booking-client').waitFor();
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['services'], ({ services }) =>
      Object.assign(services[1]!, { name: 'Boarding', kind: 'boarding', duration_minutes: 1440 }),
    ),
  );
  await page.getByTestId('booking-service').click();
  await page.getByRole('option', { name: 'Boarding' }).click();
  await page.getByTestId('booking-duration').fill('3d');
  const pets = page.getByTestId('booking-pet').locator('input');
  await pets.first().check();
  await pets.nth(1).check();
  const panel = page.getByTestId('booking-panel');
  await expect(panel.getByRole('textbox', { name: 'Length' }).nth(1)).toHaveValue('3 days');
  await expect(panel).not.toContainText('after it');
  await page.getByTestId('booking-time').fill('16:00');
  await page.getByTestId('booking-time').press('Tab');
  await page.getByTestId('booking-save').click();
  // The clinic in memory knows no stays: whoever it finds in the way is overruled.
  const booked = () =>
    page.evaluate(() => {
      const { visits, services } = window.petrelWorld!.memory;
      return visits.filter(({ service_id, starts_at, ends_at }) => {
        return service_id === services[1]!.id && ends_at - starts_at === 3 * 86_400_000;
      });
    });
  while ((await booked()).length === 0) await page.getByTestId('overbook').click();
  const [one, other] = await booked();
  expect([other!.starts_at, other!.ends_at]).toEqual([one!.starts_at, one!.ends_at]);
});

test('a stay that is moved over a change of clocks ends at the same time of day', async ({ page }) => {
  await openDesk(page, '/?view=week&staff=all&date=2026-10-20#/schedule');
  await page.getByTestId('board').waitFor();
  const id = await stay(page, {
    status: 'confirmed',
    starts_at: Date.parse('2026-10-20T10:00:00+02:00'),
    ends_at: Date.parse('2026-10-23T10:00:00+02:00'),
  });
  await page.locator(`[data-id="${id}"]`).first().focus();
  await page.keyboard.down('Alt');
  for (let day = 0; day < 3; day++) await page.keyboard.press('ArrowRight');
  await watchCommands(page);
  await page.keyboard.up('Alt');
  await expect
    .poll(() => askedOf(page, 'reschedule_appointment'))
    .toMatchObject({
      last: {
        input: {
          starts_at: Date.parse('2026-10-23T10:00:00+02:00'),
          ends_at: Date.parse('2026-10-26T10:00:00+01:00'),
        },
      },
    });
});

test('a screen reader hears of a stay on each day when it began and when it ends', async ({ page }) => {
  await openDesk(page, '/?date=2026-11-18#/schedule');
  await page.getByTestId('visit').first().waitFor();
  const id = await stay(page, { status: 'in_progress', ends_at: Date.parse('2026-11-21T09:00:00+01:00') });
  await expect(page.locator(`[data-id="${id}"]`)).toHaveAccessibleName(/^Mon,? 16:00 – Sat,? 0?9:00\./);
});
