import type { Page } from '@playwright/test';
import { watchCommands } from './commands';
import { expect, expectAccessible, openDesk, test } from './desk';

const monday = (page: Page) => page.getByRole('group', { name: 'Mon' });

test('visits that other weekly hours leave without a place are told', async ({ page }) => {
  await openDesk(page, '/#/settings/hours');
  await monday(page).getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByTestId('save-hours').click();
  const told = page.getByTestId('override-visits');
  await expect(told).toContainText(/visits? (is|are) outside of the hours now/);
  await expect(told.getByTestId('visit-row').first()).toBeVisible();
  await expectAccessible(page);
  await page.getByTestId('override-visits-close').click();
  await expect(told).toHaveCount(0);
  await page.getByTestId('save-hours').click();
  await expect(told).toHaveCount(0);
});

test('visits to come of somebody who takes none any more are told', async ({ page }) => {
  await openDesk(page, '/#/settings/staff');
  await page.getByTestId('staff-row').filter({ hasText: 'Marc Vidal' }).getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('checkbox', { name: 'Works here now' }).uncheck();
  await page.getByTestId('save-staff').click();
  const told = page.getByTestId('override-visits');
  await expect(told).toContainText('of this person');
  await expect(told.getByTestId('visit-row').first()).toBeVisible();
});

test('how often a time is offered and what is kept free are set for a line, and copied with it', async ({ page }) => {
  await openDesk(page, '/#/settings/hours');
  await expect(page.getByTestId('hours-rules')).toHaveCount(0);
  await monday(page).getByTestId('hours-fine').click();
  await page.getByTestId('hours-slot').fill('20');
  await page.getByTestId('hours-buffer').fill('5');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'The same on all weekdays' }).click();
  await page.getByTestId('save-hours').click();
  await expect(page.getByText('Saved.')).toBeVisible();
  const kept = await page.evaluate(() => {
    const { staff, hours } = window.petrelWorld!.memory;
    return hours.filter(({ staff_id, day_of_week }) => staff_id === staff[0]!.id && day_of_week > 0 && day_of_week < 6);
  });
  expect(kept.map(({ slot_minutes, buffer_minutes }) => [slot_minutes, buffer_minutes])).toEqual(
    Array.from({ length: 5 }, () => [20, 5]),
  );
});

test('another currency is chosen by its name, and what becomes of amounts is said', async ({ page }) => {
  await openDesk(page, '/#/settings/clinic');
  const currency = page.getByTestId('settings-currency');
  await expect(currency).toContainText('EUR');
  await expect(page.getByText('Amounts keep their figures')).toBeVisible();
  await currency.click();
  await page.getByRole('option', { name: /^CLP/ }).click();
  await page.getByTestId('save-clinic').click();
  await expect(page.getByText('Saved.')).toBeVisible();
  expect(await page.evaluate(() => window.petrelWorld!.memory.clinic.currency)).toBe('CLP');
});

test('of hours that are refused the weekday is said', async ({ page }) => {
  await openDesk(page, '/#/settings/hours');
  await watchCommands(page, { refused: { save_weekly_hours: { code: 'break_outside', field: 'hours[1].breaks' } } });
  await page.getByTestId('save-hours').click();
  await expect(page.getByRole('alert')).toHaveText(/^\s*Tue: The break .*outside of the hours/);
});

test('other hours say that they take the breaks of the week with them', async ({ page }) => {
  await openDesk(page, '/#/settings/hours');
  await page.getByTestId('add-override').click();
  await expect(page.getByTestId('without-breaks')).toHaveCount(0);
  await page.getByRole('combobox', { name: /^Kind/ }).click();
  await page.getByRole('option', { name: 'Other hours' }).click();
  await expect(page.getByTestId('without-breaks')).toBeVisible();
});
