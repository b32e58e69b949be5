import type { Page } from '@playwright/test';
import { watchCommands } from './commands';
import { expect, openDesk, test } from './desk';

const toast = (page: Page, text: string) => page.locator('[data-sonner-toast]').filter({ hasText: text });
const lock = (page: Page) => page.getByRole('spinbutton', { name: 'Lock after minutes' });

test('an emptied field of the lock is no wish that it never locks', async ({ page }) => {
  await openDesk(page, '/#/settings/desk');
  const kept = () => page.evaluate(() => window.petrelWorld!.memory.desk.auto_lock_minutes);
  await lock(page).fill('');
  await lock(page).press('Tab');
  await expect(lock(page)).toHaveValue('10');
  expect(await kept()).toBeUndefined();
  await lock(page).fill('25');
  await lock(page).press('Tab');
  await expect.poll(kept).toBe('25');
  await expect(lock(page)).toHaveValue('25');
});

test('a time of the lock that was not kept is not shown', async ({ page }) => {
  await openDesk(page, '/#/settings/desk');
  await watchCommands(page, { refused: { set_desk_setting: 'disk_full' } });
  await lock(page).fill('25');
  await lock(page).press('Tab');
  await expect(toast(page, 'The disk is full')).toBeVisible();
  await expect(lock(page)).toHaveValue('10');
});
