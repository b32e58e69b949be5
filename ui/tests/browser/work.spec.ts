// Long work says that it is under way, and is stopped where it can be.
import type { Page } from '@playwright/test';
import { askedOf, letGo, watchCommands } from './commands';
import { expect, openDesk, test } from './desk';

const hold = (page: Page, isHeld: boolean) => page.evaluate((held) => void (window.petrelWorld!.isHeld = held), isHeld);

test('the demo clinic that is being made is stopped, and can be made after all', async ({ page }) => {
  await openDesk(page, '/', { phase: 'first_run' });
  await hold(page, true);
  await watchCommands(page);
  await page.getByTestId('first-run-demo').click();
  await expect(page.getByTestId('demo-progress').getByRole('progressbar')).toHaveAttribute('value', '0.125');
  await page.getByTestId('stop-demo').click();
  await expect(page.getByTestId('first-run-demo')).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
  expect(await askedOf(page, 'cancel_work')).toMatchObject({ times: 1 });
  await hold(page, false);
  await page.getByTestId('first-run-demo').click();
  await expect(page.getByTestId('shell')).toBeVisible();
});

test('a backup says that it is being made, from wherever it was asked for, and is asked for once', async ({ page }) => {
  await openDesk(page, '/#/today');
  await watchCommands(page, { held: ['backup_now'] });
  for (let times = 0; times < 2; times++) {
    await page.keyboard.press('Control+k');
    await page.getByTestId('palette-input').fill('back up now');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('palette-input')).toHaveCount(0);
    await expect(page.getByText('Making a backup and checking it')).toBeVisible();
  }
  expect(await askedOf(page, 'backup_now')).toMatchObject({ times: 1 });
  await letGo(page, 'backup_now');
  await expect(page.getByText('Backup made and checked.')).toBeVisible();
  await expect(page.getByText('Making a backup and checking it')).toHaveCount(0);
});

test('a backup that does not work ends what says that it is made, too', async ({ page }) => {
  await openDesk(page, '/#/settings/data');
  await watchCommands(page, { held: ['backup_now'], refused: { backup_now: 'disk_full' } });
  await page.getByTestId('back-up-now').click();
  await expect(page.getByText('Making a backup and checking it')).toBeVisible();
  await letGo(page, 'backup_now');
  await expect(page.getByText('The disk is full')).toBeVisible();
  await expect(page.getByText('Making a backup and checking it')).toHaveCount(0);
});

test('a restore from the settings shows that it is under way; refused, the list is there again', async ({ page }) => {
  await openDesk(page, '/#/settings/data');
  await watchCommands(page, { held: ['restore_backup'], refused: { restore_backup: 'corrupt' } });
  await page.getByTestId('restore-backup').first().click();
  await page.getByRole('button', { name: 'Restore', exact: true }).click();
  await expect(page.getByTestId('restoring')).toBeVisible();
  await expect(page.getByTestId('restore-backup')).toHaveCount(0);
  await expect(page.getByTestId('back-up-now')).toBeDisabled();
  await letGo(page, 'restore_backup');
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.getByTestId('restore-backup').first()).toBeVisible();
  await expect(page.getByTestId('restoring')).toHaveCount(0);
});

test('a file that is being read for an import is left at once', async ({ page }) => {
  await openDesk(page, '/#/import');
  await watchCommands(page, { held: ['preview_import'] });
  await page.getByTestId('choose-csv').click();
  await expect(page.getByTestId('import-reading')).toBeVisible();
  await page.getByTestId('stop-reading').click();
  await expect(page.getByTestId('choose-csv')).toBeVisible();
  await letGo(page, 'preview_import');
  await page.getByTestId('choose-csv').click();
  await expect.poll(() => askedOf(page, 'preview_import')).toMatchObject({ times: 2 });
  await expect(page.getByTestId('import-summary')).toHaveCount(0);
});

test('an import that is taken back shows that it is, and is taken back once', async ({ page }) => {
  await openDesk(page, '/#/import');
  await page.getByTestId('choose-csv').click();
  await page.getByTestId('run-import').click();
  await page.getByTestId('import-done').waitFor();
  await watchCommands(page, { held: ['undo'] });
  await page.getByTestId('undo-import').click();
  await expect(page.getByTestId('undoing-import')).toBeVisible();
  await expect(page.getByTestId('undo-import')).toHaveCount(0);
  await letGo(page, 'undo');
  await expect(page.getByText('The import was taken back.')).toBeVisible();
  expect(await askedOf(page, 'undo')).toMatchObject({ times: 1 });
  await expect(page.getByTestId('choose-csv')).toBeVisible();
});
