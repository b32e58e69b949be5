// What a receptionist must be told before, or after, a booking that does what was asked and not what was meant.
import type { Page } from '@playwright/test';
import { expect, expectAccessible, openDesk, test } from './desk';
import { aClient } from './people';

/** Opens the form for a client, and gives the pets of theirs that live. */
async function bookFor(page: Page, kind: 'family'): Promise<string[]> {
  await openDesk(page, '/#/schedule');
  const id = await aClient(page, kind);
  const pets = await page.evaluate(
    (client) =>
      window
        .petrelWorld!.memory.pets.filter((pet) => pet.client_id === client && !pet.deceased_on)
        .map(({ name }) => name),
    id,
  );
  await page.evaluate((client) => (location.hash = `#/clients/${client}`), id);
  await page.getByTestId('book-client').click();
  await expect(page.getByTestId('booking-save')).toBeEnabled();
  return pets;
}

const visitCount = (page: Page) => page.evaluate(() => window.petrelWorld!.memory.visits.length);

test('which pet comes is asked once before a client who has pets is booked without one', async ({ page }) => {
  const pets = await bookFor(page, 'family');
  expect(pets.length).toBeGreaterThan(1);
  const before = await visitCount(page);
  await page.getByTestId('booking-save').click();
  await expect(page.getByTestId('which-pet')).toBeVisible();
  await expect(page.getByTestId('booking-pet').first().locator('input')).toBeFocused();
  await expectAccessible(page);
  expect(await visitCount(page)).toBe(before);
  await page.keyboard.press('Space');
  await expect(page.getByTestId('which-pet')).toHaveCount(0);
  await page.keyboard.press('Space');
  await page.getByTestId('booking-save').click();
  await expect(page.getByTestId('which-pet')).toBeVisible();
  await page.getByTestId('booking-save').click();
  await expect(page.getByText('Booked:')).toBeVisible();
  expect(await visitCount(page)).toBe(before + 1);
});

test('the dates of a series that found no place are there to be read out until they are closed', async ({ page }) => {
  await bookFor(page, 'family');
  await page.getByTestId('booking-pet').first().click();
  await page.getByTestId('repeat').click();
  await page.getByRole('option', { name: 'Daily' }).click();
  await page.getByTestId('booking-save').click();
  const dialog = page.getByTestId('left-out');
  await expect(dialog).toContainText('22 Nov');
  await expectAccessible(page);
  await expect(page.getByTestId('booking-panel')).toBeVisible();
  await page.getByTestId('left-out-close').click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByTestId('booking-panel')).toHaveCount(0);
});

test('who comes late is checked in, and nobody is said to have been there', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const visit = await page.evaluate(() => {
    const world = window.petrelWorld!;
    const [late] = world.memory.visits.filter(({ starts_at }) => starts_at > world.now());
    const starts_at = world.now() - 17 * 60_000;
    world.elsewhere(['appointments'], () =>
      Object.assign(late!, { starts_at, ends_at: starts_at + 15 * 60_000, status: 'confirmed' }),
    );
    return late!.id;
  });
  await page.locator(`[data-id="${visit}"]`).click();
  await expect(page.getByTestId('visit-next')).toHaveText('Check in');
  await expect(page.getByTestId('visit-took-place')).toHaveCount(0);
});

test('the month is gone through by the arrows, keeps the place from month to month, and leads to the board', async ({
  page,
}) => {
  await openDesk(page, '/?view=month#/schedule');
  const days = page.getByTestId('month-day');
  await expect(days.locator('xpath=self::*[@tabindex="0"]')).toHaveCount(1);
  await page.locator('[data-date="2026-11-20"]').focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('[data-date="2026-11-27"]')).toBeFocused();
  await page.keyboard.press('Home');
  const place = await days.evaluateAll((all) => all.indexOf(document.activeElement as HTMLElement));
  expect(place % 7).toBe(0);
  await page.keyboard.press('j');
  await expect(page.locator('[data-date="2026-12-15"]')).toBeVisible();
  expect(await days.evaluateAll((all) => all.indexOf(document.activeElement as HTMLElement))).toBe(place);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('board')).toBeFocused();
});

test('the palette finds a command whose accents were left out', async ({ page }) => {
  await openDesk(page, '/#/schedule', { language: 'es' });
  await page.getByTestId('visit').first().waitFor();
  await page.keyboard.press('Control+k');
  await page.getByTestId('palette-input').fill('hoja del dia');
  await expect(page.getByTestId('command-day.print')).toBeVisible();
});

test('who waits for a day that has passed is counted apart', async ({ page }) => {
  await openDesk(page, '/#/waitlist');
  await expect(page.getByTestId('waitlist-count')).not.toContainText('passed');
  await page.evaluate(() => {
    const world = window.petrelWorld!;
    world.elsewhere(
      ['waitlist_entries'],
      ({ waitlist }) => void Object.assign(waitlist[0]!, { requested_on: '2026-11-18' }),
    );
  });
  await expect(page.getByTestId('waitlist-count')).toHaveText(/^\d+ entries, 1 whose day has passed$/);
});
