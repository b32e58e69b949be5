import type { Page } from '@playwright/test';
import { askedOf, letGo, watchCommands } from './commands';
import { expect, openDesk, test } from './desk';

async function openPreview(page: Page): Promise<void> {
  await openDesk(page, '/#/import');
  await page.getByTestId('choose-csv').click();
  await expect(page.getByTestId('import-summary')).toBeVisible();
  await watchCommands(page, { held: ['preview_import'] });
}

async function read(page: Page, name: string, choice: string): Promise<void> {
  await page.getByRole('combobox', { name: `${name}:` }).click();
  await page.getByRole('option', { name: choice }).click();
}

test('an import runs as it was chosen last, once', async ({ page }) => {
  await openPreview(page);
  const run = page.getByTestId('run-import');
  await read(page, 'Dates', 'Month, day, year');
  await expect(run).toBeDisabled();
  await read(page, 'Weights without a unit', 'Pounds');
  await expect.poll(() => askedOf(page, 'preview_import')).toMatchObject({ times: 2 });
  // The first question is answered last.
  await letGo(page, 'preview_import', 1);
  await expect(run).toBeEnabled();
  await letGo(page, 'preview_import');
  await run.click();
  await expect(page.getByTestId('import-progress')).toBeVisible();
  await expect(page.getByTestId('import-done')).toBeVisible();
  expect(await askedOf(page, 'run_import')).toMatchObject({
    times: 1,
    last: { plan: { date_order: 'month_day_year', weight_unit: 'pounds' } },
  });
});

test('a preview that is left does not come back', async ({ page }) => {
  await openPreview(page);
  await read(page, 'Dates', 'Month, day, year');
  await page.getByRole('button', { name: 'Back' }).click();
  await expect(page.getByTestId('choose-csv')).toBeVisible();
  await letGo(page, 'preview_import');
  await page.getByTestId('choose-csv').click();
  await expect.poll(() => askedOf(page, 'preview_import')).toMatchObject({ times: 2 });
  await expect(page.getByTestId('import-summary')).toHaveCount(0);
});
