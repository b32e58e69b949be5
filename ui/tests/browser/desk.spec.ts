import type { Page } from '@playwright/test';
import { askedOf, letGo, watchCommands } from './commands';
import { expect, openDesk, test } from './desk';

test('a language that is chosen is spoken, however long the desk takes to keep it', async ({ page }) => {
  await openDesk(page, '/#/settings/desk');
  // Where the desk stands is kept, too.
  await expect.poll(() => page.evaluate(() => window.petrelWorld!.memory.desk.last_route_on)).toBeTruthy();
  await watchCommands(page, { held: ['set_desk_setting'] });
  await page.getByTestId('language').click();
  await page.getByRole('option', { name: 'Español' }).click();
  await expect.poll(() => askedOf(page, 'set_desk_setting')).toMatchObject({ times: 1, last: { key: 'language' } });
  await letGo(page, 'set_desk_setting');
  await expect(page.locator('html')).toHaveAttribute('lang', 'es');
});

test('a wrong current PIN is said at that field', async ({ page }) => {
  await openDesk(page, '/#/settings/staff');
  await page.getByTestId('staff-row').first().getByRole('button', { name: 'Set PIN' }).click();
  await page.getByTestId('current-pin').fill('1111');
  await page.getByTestId('new-pin').fill('2468');
  await page.getByTestId('new-pin-again').fill('2468');
  await page.getByTestId('save-pin').click();
  await expect(page.getByTestId('current-pin')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByTestId('new-pin')).not.toHaveAttribute('aria-invalid', 'true');
  await page.getByTestId('current-pin').fill('1234');
  await page.getByTestId('save-pin').click();
  await expect(page.getByTestId('pin-dialog')).toHaveCount(0);
});

test('backups of another year say which', async ({ page }) => {
  await openDesk(page, '/#/settings/data');
  await expect(page.getByTestId('backup-row').first()).not.toContainText('2026');
  await expect(page.getByTestId('backup-row').last()).toContainText('2025');
  await page.evaluate(() => {
    const world = window.petrelWorld!;
    const backup_at = world.now() - 400 * 86_400_000;
    world.memory.app.recovered = { backup_at, set_aside: '/kept.petrel' };
    world.appStateChanged();
  });
  await expect(page.getByTestId('notice-recovered')).toContainText('2025');
});

const tellRecovered = (page: Page) =>
  page.evaluate(() => {
    const world = window.petrelWorld!;
    world.memory.app.recovered = { backup_at: world.now() - 3_600_000, set_aside: '/kept.petrel' };
    world.appStateChanged();
  });

test('that a backup took a damaged file’s place is told until somebody who manages the clinic knows', async ({
  page,
}) => {
  await openDesk(page, '/#/settings/data');
  await tellRecovered(page);
  await page.getByTestId('dismiss-recovered').click();
  await expect(page.getByTestId('notice-recovered')).toHaveCount(0);
});

test('whoever does not manage the clinic is told of the backup that took a file’s place, and cannot end it', async ({
  page,
}) => {
  await openDesk(page, '/#/today', { signedIn: 'groomer' });
  await tellRecovered(page);
  await expect(page.getByTestId('notice-recovered')).toContainText('/kept.petrel');
  await expect(page.getByTestId('dismiss-recovered')).toHaveCount(0);
});

for (const has_recovery of [false, true])
  test(`an owner who sets a PIN is told whether anything gets round it (${has_recovery})`, async ({ page }) => {
    await openDesk(page, '/#/settings/staff', { app: { has_recovery } });
    await page.getByTestId('staff-row').first().getByRole('button', { name: 'Set PIN' }).click();
    await expect(page.getByTestId('pin-alone')).toHaveCount(0);
    await page.getByTestId('new-pin').fill('2468');
    await expect(page.getByTestId('new-pin-again')).toBeVisible();
    await expect(page.getByTestId('pin-alone')).toHaveCount(has_recovery ? 0 : 1);
  });

test('a backup is put back from the settings once that is asked', async ({ page }) => {
  await openDesk(page, '/#/settings/data');
  await watchCommands(page);
  await page.getByTestId('restore-backup').first().click();
  await expect(page.getByTestId('confirm-dialog')).toContainText('set aside');
  expect(await askedOf(page, 'restore_backup')).toMatchObject({ times: 0 });
  await page.getByTestId('confirm-action').click();
  await expect(page.getByTestId('sign-in-choice').first()).toBeVisible();
  expect(await askedOf(page, 'restore_backup')).toMatchObject({ times: 1 });
});
