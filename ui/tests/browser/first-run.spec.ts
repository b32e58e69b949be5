import type { Page } from '@playwright/test';
import { expect, openDesk, test } from './desk';

/** Begins a new clinic on this computer. */
async function beginClinic(page: Page): Promise<void> {
  await openDesk(page, '/', { phase: 'first_run' });
  await page.getByTestId('first-run-new').click();
  await page.getByTestId('clinic-name').fill('Clínica Mar');
  await page.getByTestId('owner-first').fill('Rosa');
}
const created = (page: Page) =>
  page.evaluate(() => {
    const { locale, currency } = window.petrelWorld!.memory.clinic;
    return { locale, currency };
  });

test.describe('in a country whose region is in no list', () => {
  test.use({ locale: 'es-PE' });
  test('a new clinic is of the computer’s own country, in the language of the screen, with its currency', async ({
    page,
  }) => {
    await beginClinic(page);
    await expect(page.getByTestId('clinic-region')).toContainText('Peru');
    await expect(page.getByTestId('clinic-currency')).toContainText('PEN');
    await page.getByTestId('create-clinic').click();
    await expect(page.getByTestId('shell')).toBeVisible();
    expect(await created(page)).toEqual({ locale: 'en-PE', currency: 'PEN' });
  });
});

test.describe('in a country whose currency is not known', () => {
  test.use({ locale: 'en-KE' });
  test('the currency of a new clinic is chosen by whoever makes it', async ({ page }) => {
    await beginClinic(page);
    await expect(page.getByTestId('clinic-region')).toContainText('Kenya');
    await expect(page.getByTestId('clinic-currency')).toHaveText('Choose');
    await page.getByTestId('create-clinic').click();
    await expect(page.getByText('Currency must be filled in.')).toBeVisible();
    await page.getByTestId('clinic-currency').click();
    await page.getByRole('option', { name: 'KES · Kenyan Shilling' }).click();
    await page.getByTestId('create-clinic').click();
    await expect(page.getByTestId('shell')).toBeVisible();
    expect(await created(page)).toEqual({ locale: 'en-KE', currency: 'KES' });
  });
});
