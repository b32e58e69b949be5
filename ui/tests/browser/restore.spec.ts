import { askedOf, watchCommands } from './commands';
import { expect, expectAccessible, openDesk, test } from './desk';

test('what a backup replaces is said, and asked once, where a clinic’s file is here', async ({ page }) => {
  await openDesk(page, '/', { phase: 'trouble' });
  await watchCommands(page);
  await page.getByTestId('restore').click();
  const backup = page.getByTestId('backup').first();
  await backup.click();
  const file = await page.evaluate(() => window.petrelWorld!.memory.app.file);
  await expect(page.getByTestId('confirm-dialog')).toContainText(file);
  await expect(page.getByTestId('confirm-dialog')).toContainText('never deleted');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByTestId('confirm-dialog')).toHaveCount(0);
  expect(await askedOf(page, 'restore_backup')).toMatchObject({ times: 0 });
  // A file that is chosen is asked about likewise.
  await page.getByRole('button', { name: 'Choose a backup file' }).click();
  await page.getByTestId('confirm-action').click();
  await expect(page.getByTestId('sign-in-choice').first()).toBeVisible();
  expect((await askedOf(page, 'restore_backup')).last).toMatchObject({ path: '/home/desk/Documents/clients.csv' });
});

test('where there is no clinic a backup is restored at once', async ({ page }) => {
  await openDesk(page, '/', { phase: 'first_run' });
  await page.getByTestId('first-run-restore').click();
  await page.getByTestId('backup').first().click();
  await expect(page.getByTestId('sign-in-choice').first()).toBeVisible();
});
