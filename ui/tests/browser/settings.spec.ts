import type { Page } from '@playwright/test';
import { askedOf, letGo, watchCommands } from './commands';
import { expect, NOW, openDesk, test } from './desk';

const toast = (page: Page, text: string) => page.locator('[data-sonner-toast]').filter({ hasText: text });
const lock = (page: Page) => page.getByRole('spinbutton', { name: 'Lock after (minutes idle)' });

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

test('the hours of Monday are those of all weekdays, each with a break of its own', async ({ page }) => {
  await openDesk(page, '/#/settings/hours');
  await onMonday(page, 'From').fill('07:30');
  await page.getByRole('group', { name: 'Mon' }).getByTestId('add-break').click();
  const more = page.getByTestId('more-break');
  await more.getByRole('textbox', { name: 'Break from' }).fill('16:00');
  await more.getByRole('textbox', { name: 'Break to' }).fill('16:15');
  await page.getByRole('button', { name: 'The same on all weekdays' }).click();
  await expect(more).toHaveCount(5);
  const friday = page.getByRole('group', { name: 'Fri' });
  await friday.getByTestId('more-break').getByRole('textbox', { name: 'Break to' }).fill('16:30');
  await page.getByTestId('save-hours').click();
  await expect(toast(page, 'Saved.')).toBeVisible();
  const kept = (await hoursOf(page, 0)).filter(({ day_of_week }) => day_of_week > 0 && day_of_week < 6);
  expect(kept.map(({ day_of_week, start }) => [day_of_week, start])).toEqual(
    [1, 2, 3, 4, 5].map((day) => [day, '07:30']),
  );
  expect(kept.map(({ breaks }) => breaks[1]?.end)).toEqual(['16:15', '16:15', '16:15', '16:15', '16:30']);
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

/** Another desk writes hours, a moment later: what is asked again then has another time. */
async function hoursElsewhere(page: Page, who: number, change: object): Promise<void> {
  await page.clock.setFixedTime(NOW + 5000);
  await page.evaluate(
    ([index, more]) =>
      window.petrelWorld!.elsewhere(['staff_schedules'], ({ staff, hours }) => {
        Object.assign(
          hours.find(({ staff_id }) => staff_id === staff[index]!.id)!,
          more,
        );
      }),
    [who, change] as const,
  );
}

test('hours that are typed stay while others change theirs, and follow where nothing was typed', async ({ page }) => {
  await openDesk(page, '/#/settings/hours');
  const from = onMonday(page, 'From');
  const tuesday = page.getByRole('group', { name: 'Tue' }).getByRole('textbox', { name: 'From', exact: true });
  await tuesday.fill('9:45');
  await from.fill('7:15');
  await watchCommands(page);
  await hoursElsewhere(page, 1, { start: '10:00' });
  await expect.poll(() => askedOf(page, 'weekly_hours')).toMatchObject({ times: 1 });
  await expect(from).toHaveValue('7:15');
  await from.press('Tab');
  await hoursElsewhere(page, 0, { end: '19:45', slot_minutes: 20 });
  await expect.poll(() => askedOf(page, 'weekly_hours')).toMatchObject({ times: 2 });
  await expect(from).toHaveValue('7:15');
  await expect(tuesday).toHaveValue('9:45');
});

test('hours that are typed wait while another colleague’s are looked at, and are saved as they are kept now', async ({
  page,
}) => {
  await openDesk(page, '/#/settings/hours');
  const from = onMonday(page, 'From');
  const choose = async (now: string, next: string) => {
    await page.getByRole('combobox', { name: `Colleague: ${now}` }).click();
    await page.getByRole('option', { name: next }).click();
  };
  await page.getByRole('group', { name: 'Tue' }).getByRole('textbox', { name: 'From', exact: true }).fill('9:45');
  await choose('Carmen Ruiz', 'Marc Vidal');
  await expect(from).toHaveValue('8:00');
  await hoursElsewhere(page, 0, { start: '06:30' });
  await choose('Marc Vidal', 'Carmen Ruiz');
  await expect(from).toHaveValue('6:30');
  await page.getByRole('group', { name: 'Sun' }).getByRole('button', { name: 'Add hours' }).click();
  await page.getByTestId('save-hours').click();
  await expect(toast(page, 'Saved.')).toBeVisible();
  await expect(page.getByRole('group', { name: 'Sun' }).getByRole('textbox')).toHaveCount(4);
  await page.getByTestId('save-hours').click();
  await expect(toast(page, 'Saved.')).toHaveCount(2);
  const starts = (await hoursOf(page, 0)).map(({ day_of_week, start }) => `${day_of_week} ${start}`).sort();
  expect(starts).toEqual(['0 09:00', '1 06:30', '2 09:45', '3 08:00', '4 08:00', '5 08:00', '6 09:00']);
  await page.getByRole('button', { name: 'Undo' }).first().click();
  await expect(toast(page, 'Taken back.')).toBeVisible();
  await expect(page.getByRole('group', { name: 'Sun' }).getByRole('textbox')).toHaveCount(4);
});

test('who looks at another colleague before the hours are saved sees nobody’s hours mixed', async ({ page }) => {
  await openDesk(page, '/#/settings/hours');
  const from = onMonday(page, 'From');
  await from.fill('07:15');
  await watchCommands(page, { held: ['save_weekly_hours'] });
  await page.getByTestId('save-hours').click();
  await page.getByRole('combobox', { name: 'Colleague: Carmen Ruiz' }).click();
  await page.getByRole('option', { name: 'Marc Vidal' }).click();
  await expect(from).toHaveValue('8:00');
  await letGo(page, 'save_weekly_hours');
  await expect(toast(page, 'Saved.')).toBeVisible();
  await page.getByRole('combobox', { name: 'Colleague: Marc Vidal' }).click();
  await page.getByRole('option', { name: 'Carmen Ruiz' }).click();
  await expect(from).toHaveValue('7:15');
  await expect(page.getByRole('group', { name: 'Sun' }).getByRole('textbox')).toHaveCount(0);
  await expect(from).toHaveCount(1);
});

test('hours that were typed are offered again after the settings were left, of a colleague not shown, too', async ({
  page,
}) => {
  await openDesk(page, '/#/settings/hours');
  const from = onMonday(page, 'From');
  await from.fill('07:15');
  await from.press('Tab');
  await page.getByRole('combobox', { name: 'Colleague: Carmen Ruiz' }).click();
  await page.getByRole('option', { name: 'Marc Vidal' }).click();
  await expect(from).toHaveValue('8:00');
  await page.getByTestId('nav-today').click();
  await expect(page.getByTestId('screen-today')).toBeVisible();
  await page.goBack();
  // Whose hours were looked at last are shown again; what was typed for the other is theirs.
  await expect(from).toHaveValue('8:00');
  await expect(page.getByTestId('draft-notice')).toHaveCount(0);
  await page.getByRole('combobox', { name: 'Colleague: Marc Vidal' }).click();
  await page.getByRole('option', { name: 'Carmen Ruiz' }).click();
  await page.getByTestId('draft-continue').click();
  await expect(from).toHaveValue('7:15');
  await page.getByTestId('save-hours').click();
  await expect(toast(page, 'Saved.')).toBeVisible();
  await expect.poll(() => page.evaluate(() => Object.keys(window.petrelWorld!.memory.drafts))).toEqual([]);
});

/** Opens a dialog, types into it and closes it by Escape; opens it again, and goes on with what was typed. */
async function goOnAfterEscape(page: Page, dialog: string, label: string, open: () => Promise<void>): Promise<void> {
  await open();
  const field = page.getByTestId(dialog).getByLabel(label, { exact: true });
  await field.fill('Half typed');
  await field.press('Escape');
  await expect(page.getByTestId(dialog)).toHaveCount(0);
  await open();
  await expect(field).not.toHaveValue('Half typed');
  await page.getByTestId('draft-continue').click();
  await expect(field).toHaveValue('Half typed');
}
const drafts = (page: Page) => page.evaluate(() => Object.keys(window.petrelWorld!.memory.drafts));

test('what was typed of a service, a colleague or an exception is offered again after Escape', async ({ page }) => {
  await openDesk(page, '/#/settings/services');
  const service = page.getByTestId('service-row').first();
  await goOnAfterEscape(page, 'service-dialog', 'Description', () =>
    service.getByRole('button', { name: 'Edit' }).click(),
  );
  await page.getByTestId('save-service').click();
  await expect(toast(page, 'Saved.')).toBeVisible();
  await expect.poll(() => drafts(page)).toEqual([]);
  const kept = await page.evaluate(() => window.petrelWorld!.memory.services[0]!.description);
  expect(kept).toBe('Half typed');

  await page.getByTestId('settings-staff').click();
  await goOnAfterEscape(page, 'staff-dialog', 'Last name', () => page.getByTestId('new-staff').click());
  // Who cancels throws it away, and another colleague’s is not this one’s.
  await page.getByTestId('staff-dialog').getByRole('button', { name: 'Cancel' }).click();
  await expect.poll(() => drafts(page)).toEqual([]);
  await page.getByTestId('new-staff').click();
  await expect(page.getByTestId('staff-first')).toBeFocused();
  await expect(page.getByTestId('draft-notice')).toHaveCount(0);
  await page.keyboard.press('Escape');

  await page.getByTestId('settings-hours').click();
  await goOnAfterEscape(page, 'override-dialog', 'Reason', () => page.getByTestId('add-override').click());
  await page.getByTestId('save-override').click();
  await expect(page.getByRole('listitem').filter({ hasText: 'Half typed' })).toHaveCount(1);
  await expect.poll(() => drafts(page)).toEqual([]);
});

test('what was typed of the clinic is offered again after another part was looked at, and no more than that', async ({
  page,
}) => {
  await openDesk(page, '/#/settings/clinic');
  const name = page.getByTestId('settings-clinic-name');
  const phone = page.getByRole('textbox', { name: 'Phone' });
  const calls = (number: string) =>
    page.evaluate(
      (wanted) => window.petrelWorld!.elsewhere(['clinics'], ({ clinic }) => void (clinic.phone = wanted)),
      number,
    );
  await name.fill('Clínica Nueva');
  await calls('+34915550199');
  await expect(phone).toHaveValue('+34915550199');
  await page.getByTestId('settings-desk').click();
  await expect(lock(page)).toBeVisible();
  await calls('+34915550155');
  await page.getByTestId('settings-clinic').click();
  await page.getByTestId('draft-continue').click();
  await expect(name).toHaveValue('Clínica Nueva');
  await expect(phone).toHaveValue('+34915550155');
  await page.getByTestId('save-clinic').click();
  await expect(toast(page, 'Saved.')).toBeVisible();
  await expect.poll(() => drafts(page)).toEqual([]);
});

test('what only another desk wrote of the clinic is no draft', async ({ page }) => {
  await openDesk(page, '/#/settings/clinic');
  await expect(page.getByTestId('settings-clinic-name')).toBeVisible();
  await watchCommands(page);
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['clinics'], ({ clinic }) => void (clinic.phone = '+34915550199')),
  );
  await expect(page.getByRole('textbox', { name: 'Phone' })).toHaveValue('+34915550199');
  await page.getByTestId('settings-desk').click();
  await expect(lock(page)).toBeVisible();
  await page.getByTestId('settings-clinic').click();
  // Drafts are asked of the core in turn: one that was kept on leaving would have been written before.
  await expect.poll(() => askedOf(page, 'draft')).toMatchObject({ times: 1, last: { key: 'clinic' } });
  expect(await askedOf(page, 'set_draft')).toMatchObject({ times: 0 });
});

test('an exception says its hours as the region writes them, and until when it repeats', async ({ page }) => {
  await openDesk(page, '/#/settings');
  await page.evaluate(() => {
    const { overrides, staff } = window.petrelWorld!.memory;
    Object.assign(overrides[0]!, {
      staff_id: staff[0]!.id,
      start: '09:00',
      end: '18:30',
      recurrence: 'FREQ=WEEKLY;UNTIL=20270301',
    });
    window.petrelWorld!.elsewhere(['clinics'], ({ clinic }) => void (clinic.locale = 'en-US'));
  });
  await page.getByTestId('settings-hours').click();
  const listed = page.getByRole('listitem').filter({ hasText: 'Training' });
  await expect(listed).toContainText(/9:00\sAM–6:30\sPM/);
  await expect(listed).toContainText('Every week, until Mar 1, 2027');
});

test('what is saved in the settings with a double click is asked for once', async ({ page }) => {
  await openDesk(page, '/#/settings/staff');
  await page.evaluate(() => {
    const { overrides, staff } = window.petrelWorld!.memory;
    for (const over of overrides) over.staff_id = staff[0]!.id;
  });
  const commands = ['set_pin', 'save_clinic', 'delete_override', 'backup_now', 'plugin:dialog|save'];
  await watchCommands(page, { held: commands });
  await page.getByTestId('staff-row').nth(1).getByRole('button', { name: 'Set PIN' }).click();
  await page.getByTestId('new-pin').fill('2468');
  await page.getByTestId('new-pin-again').fill('2468');
  await page.getByTestId('save-pin').dblclick();
  await letGo(page, 'set_pin');
  await expect(page.getByTestId('pin-dialog')).toHaveCount(0);
  await page.getByTestId('settings-clinic').click();
  await page.getByTestId('save-clinic').dblclick();
  await page.getByTestId('settings-hours').click();
  await page.getByRole('listitem').getByRole('button', { name: 'Remove' }).first().dblclick();
  await page.getByTestId('settings-data').click();
  await page.getByTestId('back-up-now').dblclick();
  await page.getByTestId('export-csv').dblclick();
  const asked = commands.map(async (command) => [command, (await askedOf(page, command)).times]);
  expect(await Promise.all(asked)).toEqual(commands.map((command) => [command, 1]));
});

test('a part of the settings that cannot be loaded says so', async ({ page }) => {
  await page.route('**/assets/HoursSection-*.js', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: 'throw new Error("torn")' }),
  );
  await openDesk(page, '/#/settings');
  await page.getByTestId('settings-hours').click();
  await expect(page.getByTestId('error-state')).toContainText('torn');
  await page.getByTestId('settings-services').click();
  await expect(page.getByTestId('service-row').first()).toBeVisible();
});

test('board, search and figures are made anew from the settings, and from the palette', async ({ page }) => {
  await openDesk(page, '/#/settings/data');
  await page.getByTestId('make-anew').click();
  await expect(page.getByText('Board, search and figures are made anew.')).toBeVisible();
  await page.goto('/#/today');
  await page.getByTestId('screen-today').waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('figures anew');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#\/settings\/data/);
  await expect(page.getByTestId('make-anew')).toBeFocused();
});
