import type { Page } from '@playwright/test';
import { askedOf, watchCommands } from './commands';
import { expect, openDesk, test } from './desk';

/** Begins a new clinic on this computer. */
async function beginClinic(page: Page): Promise<void> {
  await openDesk(page, '/', { phase: 'first_run' });
  await page.getByTestId('first-run-new').click();
  await page.getByTestId('clinic-name').fill('Clínica Mar');
  await page.getByTestId('owner-first').fill('Rosa');
}

test('a PIN and a passphrase are typed twice, and a slip is said at the second before anything is made', async ({
  page,
}) => {
  await beginClinic(page);
  await watchCommands(page);
  await page.getByTestId('owner-pin').fill('2468');
  await page.getByTestId('owner-pin-again').fill('2648');
  await page.getByTestId('key-passphrase').check();
  await page.getByTestId('passphrase').fill('correct horse battery');
  await page.getByTestId('passphrase-again').fill('correct horse batery');
  await page.getByTestId('create-clinic').click();
  for (const again of ['owner-pin-again', 'passphrase-again'])
    await expect(page.getByTestId(again)).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByTestId('owner-pin-again')).toBeFocused();
  await page.getByTestId('owner-pin-again').fill('2468');
  await expect(page.getByTestId('owner-pin-again')).not.toHaveAttribute('aria-invalid', 'true');
  await page.getByTestId('create-clinic').click();
  expect(await askedOf(page, 'create_clinic')).toMatchObject({ times: 0 });
  await page.getByTestId('passphrase-shown').check();
  await expect(page.getByTestId('passphrase-again')).toHaveAttribute('type', 'text');
  await page.getByTestId('passphrase-again').fill('correct horse battery');
  await page.getByTestId('create-clinic').click();
  await expect(page.getByTestId('shell')).toBeVisible();
  expect((await askedOf(page, 'create_clinic')).last).toMatchObject({
    input: { owner_pin: '2468', passphrase: 'correct horse battery' },
  });
});

test('who joins a clinic types the passphrase twice, too', async ({ page }) => {
  await openDesk(page, '/', { phase: 'first_run' });
  await page.getByTestId('first-run-join').click();
  await watchCommands(page);
  await page.getByTestId('hub-address').fill('https://hub.example');
  await page.getByTestId('hub-code').fill('ABCD-EFGH');
  await page.getByTestId('key-passphrase').check();
  await page.getByTestId('passphrase').fill('correct horse battery');
  await page.getByTestId('join-clinic').click();
  await expect(page.getByTestId('passphrase-again')).toBeFocused();
  await expect(page.getByTestId('passphrase-again')).toHaveAttribute('aria-invalid', 'true');
  expect(await askedOf(page, 'join_clinic')).toMatchObject({ times: 0 });
});

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
