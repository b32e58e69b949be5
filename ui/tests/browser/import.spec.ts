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
    last: {
      plan: { date_order: 'month_day_year', weight_unit: 'pounds' },
      words: { file: 'not-imported', reasons: { bad_date: 'no date' } },
    },
  });
});

test('a preview that is left does not come back', async ({ page }) => {
  await openPreview(page);
  await read(page, 'Dates', 'Month, day, year');
  await page.getByTestId('screen-import').getByRole('button', { name: 'Back' }).click();
  await expect(page.getByTestId('choose-csv')).toBeVisible();
  await letGo(page, 'preview_import');
  await page.getByTestId('choose-csv').click();
  await expect.poll(() => askedOf(page, 'preview_import')).toMatchObject({ times: 2 });
  await expect(page.getByTestId('import-summary')).toHaveCount(0);
});

/** An import that stands still after its first step. */
async function beginImport(page: Page): Promise<void> {
  await openDesk(page, '/#/import');
  await page.getByTestId('choose-csv').click();
  await hold(page, true);
  await page.getByTestId('run-import').click();
  await expect(shareOf(page)).toHaveAttribute('value', '0.1');
}
const shareOf = (page: Page) => page.getByTestId('import-progress').getByRole('progressbar');
const hold = (page: Page, isHeld: boolean) => page.evaluate((held) => void (window.petrelWorld!.isHeld = held), isHeld);
async function leave(page: Page): Promise<void> {
  await page.getByTestId('nav-today').click();
  await expect(page.getByTestId('screen-today')).toBeVisible();
  await expect(page.getByTestId('screen-import')).toHaveCount(0);
}
const come = (page: Page) => page.evaluate(() => void (location.hash = '/import'));

test('an import that is left shows how far it is, and can be stopped', async ({ page }) => {
  await beginImport(page);
  await leave(page);
  await page.evaluate(() => window.petrelWorld!.progress(700, 1000));
  await come(page);
  await expect(shareOf(page)).toHaveAttribute('value', '0.7');
  await page.getByTestId('stop-import').click();
  await expect(page.getByRole('alert')).toContainText('Stopped');
});

test('what an import did is told to whoever left it, and not beside another file', async ({ page }) => {
  await beginImport(page);
  await leave(page);
  await hold(page, false);
  await expect
    .poll(() => page.evaluate(async () => (await window.petrelWorld!.undoOffer())?.action))
    .toBe('run_import');
  await come(page);
  await expect(page.getByTestId('import-done')).toContainText('1.180 clients');
  await leave(page);
  await page.evaluate(() => {
    const world = window.petrelWorld!;
    const refusal = { code: 'corrupt' as const, field: null, limit: null, until: null, alternatives: [], detail: null };
    Object.assign(world.memory.app, { phase: { name: 'trouble', refusal }, staff: null });
    world.appStateChanged();
  });
  await page.getByRole('button', { name: 'Restore a backup' }).click();
  await page.getByTestId('backup').first().click();
  await page.getByTestId('confirm-action').click();
  await page.getByTestId('sign-in-choice').filter({ hasText: 'Marc' }).click();
  await expect(page.getByTestId('screen-today')).toBeVisible();
  await come(page);
  await expect(page.getByTestId('choose-csv')).toBeVisible();
});
