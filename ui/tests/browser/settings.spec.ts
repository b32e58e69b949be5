import type { Page } from '@playwright/test';
import { askedOf, watchCommands } from './commands';
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

const hoursOf = (page: Page, who: number) =>
  page.evaluate((index) => {
    const { staff, hours } = window.petrelWorld!.memory;
    return hours.filter(({ staff_id }) => staff_id === staff[index]!.id);
  }, who);

const onMonday = (page: Page, label: string) =>
  page.getByRole('group', { name: 'Mon' }).getByRole('textbox', { name: label, exact: true });

test('hours that are half filled in are not saved, and say so', async ({ page }) => {
  await openDesk(page, '/#/settings/hours');
  const before = await hoursOf(page, 0);
  await watchCommands(page);
  const [to, pause] = [onMonday(page, 'To'), onMonday(page, 'Break to')];
  await to.fill('');
  await page.getByTestId('save-hours').click();
  await expect(to).toHaveAttribute('aria-invalid', 'true');
  await expect(to).toBeFocused();
  await to.fill('17:00');
  await pause.fill('');
  await page.getByTestId('save-hours').click();
  await expect(to).not.toHaveAttribute('aria-invalid', 'true');
  await expect(pause).toHaveAttribute('aria-invalid', 'true');
  await pause.fill('9.5');
  await page.getByTestId('save-hours').click();
  await expect(pause).toHaveValue('9.5');
  await expect(page.getByRole('alert')).toContainText('“9.5” is no time');
  await pause.press('Enter');
  await expect(pause).toHaveValue('9.5');
  expect(await askedOf(page, 'save_weekly_hours')).toMatchObject({ times: 0 });
  expect(await hoursOf(page, 0)).toEqual(before);
  await expect(toast(page, 'Saved.')).toHaveCount(0);
  await pause.fill('13:30');
  await page.getByTestId('save-hours').click();
  await expect(toast(page, 'Saved.')).toBeVisible();
  const [monday] = (await hoursOf(page, 0)).filter(({ day_of_week }) => day_of_week === 1);
  expect(monday).toMatchObject({ end: '17:00', breaks: [{ start: '13:00', end: '13:30' }] });
  expect(await hoursOf(page, 0)).toHaveLength(before.length);
});

test('what another desk writes of the clinic while its name is edited stays', async ({ page }) => {
  await openDesk(page, '/#/settings/clinic');
  const name = page.getByTestId('settings-clinic-name');
  const phone = page.getByRole('textbox', { name: 'Phone' });
  await name.fill('Clínica Nueva');
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['clinics'], ({ clinic }) => void (clinic.phone = '+34915550199')),
  );
  await expect(phone).toHaveValue('+34915550199');
  await page.getByTestId('save-clinic').click();
  await expect(page.getByTestId('clinic-name')).toHaveText('Clínica Nueva');
  const kept = await page.evaluate(() => window.petrelWorld!.memory.clinic);
  expect(kept).toMatchObject({ name: 'Clínica Nueva', phone: '+34915550199' });
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(name).toHaveValue('Clínica Las Acacias');
});
