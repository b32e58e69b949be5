import type { Page } from '@playwright/test';
import { watchCommands } from './commands';
import { expect, expectAccessible, openDesk, test } from './desk';

const overrides = (page: Page) => page.evaluate(() => window.petrelWorld!.memory.overrides);
const toast = (page: Page, words: string) => page.getByText(words, { exact: true });

/** Opens an exception for Carmen, from 23 to `last` November. */
async function holiday(page: Page, last: string): Promise<void> {
  await page.getByTestId('add-override').click();
  await page.getByTestId('override-date').click();
  await page.getByRole('button', { name: /23 November 2026/ }).click();
  await page.getByTestId('override-last-day').click();
  await page.getByRole('button', { name: new RegExp(`${last} November 2026`) }).click();
}

test('two weeks of holiday are one exception, and the visits that stand in it are told', async ({ page }) => {
  await openDesk(page, '/#/settings/hours');
  await holiday(page, '27');
  const dialog = page.getByTestId('override-dialog');
  await expect(dialog.getByText('Repeats')).toHaveCount(0);
  await dialog.getByLabel('Reason').fill('Holiday');
  await expectAccessible(page);
  await page.getByTestId('save-override').click();
  const told = page.getByTestId('override-visits');
  await expect(told).toContainText(/visits stand in this time/);
  await expect(told.getByTestId('visit-row').first()).toBeVisible();
  await expectAccessible(page);
  await page.getByTestId('override-visits-close').click();
  const listed = page.getByRole('listitem').filter({ hasText: 'Holiday' });
  await expect(listed).toHaveCount(1);
  await expect(listed).toContainText(/23\s*–\s*27 Nov 2026/);
  expect((await overrides(page)).filter(({ reason }) => reason === 'Holiday')).toMatchObject([
    { on_date: '2026-11-23', recurrence: 'FREQ=DAILY;UNTIL=20261127' },
  ]);
  // It is edited as one.
  await listed.getByRole('button', { name: 'Edit' }).click();
  await expect(page.getByTestId('override-last-day')).toContainText('27 Nov 2026');
  await expect(page.getByTestId('override-for-all')).toHaveCount(0);
  await page.getByTestId('override-last-day').click();
  await page.getByRole('button', { name: 'Just that day' }).click();
  await page.getByTestId('save-override').click();
  await page.getByTestId('override-visits-close').click();
  await expect(listed).toContainText('23 Nov 2026');
  expect((await overrides(page)).find(({ reason }) => reason === 'Holiday')?.recurrence).toBeNull();
});

test('the last day of an exception does not come before its first', async ({ page }) => {
  await openDesk(page, '/#/settings/hours');
  await holiday(page, '20');
  await page.getByTestId('save-override').click();
  const dialog = page.getByTestId('override-dialog');
  await expect(dialog.getByText('The last day must not come before the first.')).toBeVisible();
  const before = (await overrides(page)).length;
  await page.getByTestId('override-last-day').click();
  await page.getByRole('button', { name: /24 November 2026/ }).click();
  await page.getByTestId('save-override').click();
  await expect(dialog).toHaveCount(0);
  expect((await overrides(page)).length).toBe(before + 1);
});

test('what is refused of an exception is said at its field, and below where no field shows it', async ({ page }) => {
  await openDesk(page, '/#/settings/hours');
  await page.getByTestId('add-override').click();
  const dialog = page.getByTestId('override-dialog');
  const refuse = (field: string) =>
    watchCommands(page, { refused: { save_override: { code: 'invalid', field } } }).then(() =>
      page.getByTestId('save-override').click(),
    );
  const [below, atField] = [dialog.locator('form > [role="alert"]'), dialog.locator('[aria-invalid="true"]')];
  // One day, all of it: neither the end of a repetition nor an hour is asked for.
  await refuse('until');
  await expect(below).toContainText('Last day');
  await refuse('start');
  await expect(below).toContainText('Start');
  await dialog.getByRole('combobox', { name: 'Repeats' }).click();
  await page.getByRole('option', { name: 'Every week' }).click();
  await refuse('until');
  await expect(atField).toHaveCount(1);
  await expect(below).toHaveCount(0);
  await dialog.getByLabel('Whole day').uncheck();
  await refuse('start');
  await expect(atField).toHaveCount(1);
  await expect(below).toHaveCount(0);
});

test('a public holiday is entered for everybody at once, and taken back at once', async ({ page }) => {
  await openDesk(page, '/#/settings/hours');
  const before = (await overrides(page)).length;
  const staff = await page.evaluate(() => window.petrelWorld!.memory.staff.filter((one) => one.is_active).length);
  await page.getByTestId('add-override').click();
  await page.getByTestId('override-date').click();
  await page.getByRole('button', { name: 'Next month' }).click();
  await page.getByRole('button', { name: /25 December 2026/ }).click();
  await page.getByTestId('override-for-all').check();
  await page.getByTestId('save-override').click();
  await expect(toast(page, `Exception saved for ${staff} colleagues.`)).toBeVisible();
  expect((await overrides(page)).length).toBe(before + staff);
  await expect(page.getByTestId('override-visits')).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(async () => (await overrides(page)).length).toBe(before);
});

test('a weekday has a second break, and hours that hold for a time', async ({ page }) => {
  await openDesk(page, '/#/settings/hours');
  const monday = page.getByRole('group', { name: 'Mon' });
  await monday.getByTestId('add-break').click();
  const more = monday.getByTestId('more-break');
  await more.getByRole('textbox', { name: 'Break from' }).fill('16:00');
  await more.getByRole('textbox', { name: 'Break from' }).press('Tab');
  await page.getByTestId('save-hours').click();
  await expect(more.getByText('Break to is needed.').or(more.getByRole('alert'))).toBeVisible();
  await more.getByRole('textbox', { name: 'Break to' }).fill('16:15');
  await monday.getByTestId('hours-dates').click();
  await monday.getByTestId('hours-until').click();
  await page.getByRole('button', { name: /30 November 2026/ }).click();
  await expectAccessible(page);
  await page.getByTestId('save-hours').click();
  await expect(toast(page, 'Saved.')).toBeVisible();
  const kept = await page.evaluate(() => {
    const { hours, staff } = window.petrelWorld!.memory;
    return hours.find(({ staff_id, day_of_week }) => staff_id === staff[0]!.id && day_of_week === 1);
  });
  expect(kept).toMatchObject({
    breaks: [
      { start: '13:00', end: '14:00' },
      { start: '16:00', end: '16:15' },
    ],
    effective_until: '2026-11-30',
  });
  await expect(monday.getByTestId('hours-until')).toContainText('30 Nov 2026');
  await monday.getByRole('button', { name: 'Remove this break' }).click();
  await expect(more).toHaveCount(0);
});

test('what clients may book by themselves is set at the service', async ({ page }) => {
  await openDesk(page, '/#/settings/services');
  await page.getByTestId('service-row').first().getByRole('button', { name: 'Edit' }).click();
  const online = page.getByTestId('service-online');
  await expect(online).toContainText('They do not bind the desk.');
  await page.getByTestId('service-advance-days').fill('30');
  await page.getByTestId('service-advance-hours').fill('4');
  await page.getByTestId('service-cutoff').fill('48');
  await expectAccessible(page);
  await page.getByTestId('save-service').click();
  await expect(toast(page, 'Saved.')).toBeVisible();
  expect(await page.evaluate(() => window.petrelWorld!.memory.services[0])).toMatchObject({
    advance_booking_days: 30,
    min_advance_hours: 4,
    cancellation_cutoff_hours: 48,
  });
});

test('an exception of years ahead is listed, and can be removed', async ({ page }) => {
  await openDesk(page, '/#/settings/hours');
  await page.getByTestId('add-override').waitFor();
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['schedule_overrides'], ({ overrides, staff }) => {
      const like = { ...overrides[0]!, staff_id: staff[0]!.id };
      overrides.push({ ...like, id: 'far', on_date: '2028-02-29', reason: 'Sabbatical' });
      overrides.push({ ...like, id: 'past', on_date: '2026-11-19', reason: 'Yesterday' });
    }),
  );
  const listed = page.getByRole('listitem').filter({ hasText: 'Sabbatical' });
  await expect(listed).toContainText('29 Feb 2028');
  await expect(page.getByRole('listitem').filter({ hasText: 'Yesterday' })).toHaveCount(0);
  await listed.getByRole('button', { name: 'Remove' }).click();
  await expect(listed).toHaveCount(0);
  expect((await overrides(page)).some(({ reason }) => reason === 'Sabbatical')).toBe(false);
});
