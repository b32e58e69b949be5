import type { Page } from '@playwright/test';
import { askedOf, watchCommands } from './commands';
import { expect, openDesk, test } from './desk';
import { aClient, aPet } from './people';
import { movable, stored } from './visits';

async function choose(page: Page, command: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByTestId(`command-${command}`).click();
  await expect(page.getByTestId('palette-input')).toHaveCount(0);
}
/** What the palette offers now. */
async function offered(page: Page): Promise<string[]> {
  await page.keyboard.press('Control+k');
  const items = page.locator('[data-testid^="command-"]');
  await items.first().waitFor();
  const ids = await items.evaluateAll((all) => all.map((item) => item.getAttribute('data-testid')!.slice(8)));
  const titles = await items.allTextContents();
  // No name that is not there yet, and none twice.
  expect(titles.filter((title) => /^[a-z_]+\.[a-z_]+/.test(title.trim()))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('palette-input')).toHaveCount(0);
  return ids;
}

/** The palette, asked for, arrives once what is returned is called. */
async function askForPalette(page: Page): Promise<() => void> {
  let arrive = (): void => undefined;
  const isWanted = new Promise<void>((resolve) => (arrive = resolve));
  await page.route(/CommandPalette[^/]*\.js/, async (route) => {
    await isWanted;
    await route.continue();
  });
  await openDesk(page, '/#/today');
  await page.getByTestId('screen-today').waitFor();
  await page.keyboard.press('Control+k');
  return arrive;
}

test('Enter that is pressed before the palette is there takes what was typed for it, and presses nothing below', async ({
  page,
}) => {
  const arrive = await askForPalette(page);
  await page.keyboard.type('figures anew');
  await page.keyboard.press('Enter');
  await page.keyboard.type('b');
  arrive();
  await expect(page).toHaveURL(/#\/settings\/data/);
  await expect(page.getByTestId('make-anew')).toBeFocused();
  await page.keyboard.press('Control+k');
  await expect(page.getByTestId('palette-input')).toHaveValue('');
});

test('what is typed before the palette is there is typed into it, and is no shortcut', async ({ page }) => {
  const arrive = await askForPalette(page);
  // By itself the first letter would open a booking.
  await page.keyboard.type('cli');
  arrive();
  await expect(page.getByTestId('palette-input')).toHaveValue('cli');
  await page.keyboard.type('ents');
  await expect(page.getByTestId('palette-input')).toHaveValue('clients');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('palette-input')).toHaveCount(0);
  await expect(page).toHaveURL(/#\/today$/);
  await page.keyboard.press('Control+k');
  await expect(page.getByTestId('palette-input')).toHaveValue('');
});

test('the palette offers what can be done from anywhere, and does it', async ({ page }) => {
  await openDesk(page, '/#/clients', { hub: 'online' });
  await page.getByTestId('client-row').first().waitFor();
  expect(await offered(page)).toEqual(
    expect.arrayContaining(['sync.now', 'sync.let_in', 'data.export', 'go.import', 'desk.lock', 'settings.hours']),
  );
  await watchCommands(page);
  await choose(page, 'day.print');
  await expect.poll(() => askedOf(page, 'print_day_sheet')).toMatchObject({ times: 1, last: { date: '2026-11-20' } });
  await choose(page, 'sync.now');
  await expect.poll(() => askedOf(page, 'sync_now')).toMatchObject({ times: 1 });
  await choose(page, 'sync.let_in');
  await expect(page.getByTestId('device-code')).toBeVisible();
  await page.keyboard.press('Escape');
  await choose(page, 'pin.change');
  await expect(page.getByTestId('pin-dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await choose(page, 'waitlist.add');
  await expect(page.getByTestId('waitlist-dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await choose(page, 'settings.services');
  await expect(page).toHaveURL(/#\/settings\/services$/);
  await choose(page, 'booking.walk_in');
  await expect(page.getByLabel('Is here now (walk-in)')).toBeChecked();
});

test('what is done seldom is found in the palette, too: it opens the form, or leads to the button', async ({
  page,
}) => {
  await openDesk(page, '/#/today', { hub: 'online' });
  for (const [command, dialog] of [
    ['staff.new', 'staff-dialog'],
    ['service.new', 'service-dialog'],
    ['override.new', 'override-dialog'],
  ] as const) {
    await choose(page, command);
    await expect(page.getByTestId(dialog)).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByTestId(dialog)).toHaveCount(0);
  }
  for (const [command, button] of [
    ['recovery.set', 'set-recovery'],
    ['second.choose', 'choose-second'],
    ['clinic.leave', 'leave-clinic'],
    ['hub.rebuild', 'rebuild'],
    ['backup.restore', 'restore-backup'],
    // Of the screen that is shown already, too, and twice.
    ['backup.restore', 'restore-backup'],
    ['key.change', 'change-key'],
  ] as const) {
    await choose(page, command);
    await expect(page.getByTestId(button).first()).toBeFocused();
    // Who comes back later is led nowhere.
    await expect(page).not.toHaveURL(/at=/);
    await page.getByTestId('global-search').focus();
  }
  await page.evaluate(() => {
    window.petrelWorld!.memory.hub.address = null;
    window.petrelWorld!.syncChanged();
  });
  const ids = await offered(page);
  expect(ids).not.toContain('hub.rebuild');
  await choose(page, 'hub.connect');
  await expect(page.getByTestId('hub-address')).toBeFocused();
});

test('the palette does with an entry of the waitlist what its row offers', async ({ page }) => {
  await openDesk(page, '/#/waitlist');
  const entries = page.getByTestId('waitlist-entry');
  await entries.first().waitFor();
  expect((await offered(page)).filter((id) => /^waitlist\.(?!add)/.test(id))).toEqual([]);
  await entries.nth(1).getByRole('link').first().focus();
  const name = await entries.nth(1).getByRole('link').first().innerText();
  expect((await offered(page)).slice(0, 4)).toEqual([
    'waitlist.find_times',
    'waitlist.edit',
    'waitlist.take_off',
    'waitlist.history',
  ]);
  await choose(page, 'waitlist.find_times');
  await expect(entries.nth(1).getByTestId('find-times')).toHaveAttribute('aria-expanded', 'true');
  await choose(page, 'waitlist.edit');
  await expect(page.getByTestId('waitlist-who')).toHaveText(name);
  await page.keyboard.press('Escape');
  const count = await entries.count();
  await choose(page, 'waitlist.take_off');
  await expect(entries).toHaveCount(count - 1);
  await expect(entries.filter({ hasText: name })).toHaveCount(0);
});

test('the palette offers no dead ends', async ({ page }) => {
  await openDesk(page, '/#/today', { signedIn: 'veterinarian' });
  await page.getByTestId('today-card').first().waitFor();
  const ids = await offered(page);
  expect(
    ids.filter((id) => /^(staff|service|override|second|recovery|key|hub|clinic)\.|^backup\.restore/.test(id)),
  ).toEqual([]);
  for (const id of ['sync.now', 'sync.let_in', 'data.export', 'go.import']) expect(ids).not.toContain(id);
  expect(ids.filter((id) => /^(visit|pet)\.|^client\.(?!new)/.test(id))).toEqual([]);
});

test('the palette does with the visit that is open what its panel offers, as long as it is open', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await page.locator(`[data-id="${id}"]`).click();
  await page.getByTestId('visit-edit').waitFor();
  const ids = await offered(page);
  expect(ids[0]).toBe('visit.to_checked_in');
  expect(ids).toEqual(
    expect.arrayContaining(['visit.move', 'visit.swap', 'visit.edit', 'visit.notify', 'visit.history']),
  );
  await choose(page, 'visit.swap');
  await expect(page.getByTestId('swap-choice').first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('swap-choice')).toHaveCount(0);
  await choose(page, 'visit.to_checked_in');
  await expect.poll(async () => (await stored(page, id)).status).toBe('checked_in');
  await expect.poll(() => offered(page)).toContain('visit.to_in_progress');
  expect(await offered(page)).not.toContain('visit.to_checked_in');
  await choose(page, 'visit.to_cancelled');
  await expect(page.getByTestId('cancel-dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await choose(page, 'visit.edit');
  await expect(page.getByTestId('visit-edit-form')).toBeVisible();
  await page.getByTestId('panel-close').click();
  await expect(page.getByTestId('visit-panel')).toHaveCount(0);
  expect((await offered(page)).filter((each) => each.startsWith('visit.'))).toEqual([]);
});

test('the palette prints and changes the look of the schedule that is shown', async ({ page }) => {
  await openDesk(page, '/?date=2026-11-23#/schedule');
  await page.getByTestId('visit').first().waitFor();
  await watchCommands(page);
  await choose(page, 'day.print');
  await expect.poll(() => askedOf(page, 'print_day_sheet')).toMatchObject({ times: 1, last: { date: '2026-11-23' } });
  await choose(page, 'schedule.colors');
  await page.keyboard.press('Control+k');
  await expect(page.getByTestId('command-schedule.colors')).toContainText('Colours by service');
});

test('the palette does with the client or pet that is open what their page offers', async ({ page }) => {
  await openDesk(page, '/#/clients');
  await page.goto(`/#/clients/${await aClient(page, 'family')}`);
  await page.getByTestId('client-name').waitFor();
  await choose(page, 'client.merge');
  await expect(page.getByTestId('merge-dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await choose(page, 'pet.new');
  await expect(page.getByTestId('pet-dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await choose(page, 'waitlist.add');
  await expect(page.getByTestId('waitlist-pet')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.goto(`/#/pets/${await aPet(page, 'alerted')}`);
  await page.getByTestId('edit-pet').waitFor();
  expect(await offered(page)).not.toContain('client.merge');
  await choose(page, 'pet.weight');
  await expect(page.getByTestId('weight')).toBeFocused();
  await choose(page, 'pet.edit');
  await expect(page.getByTestId('pet-dialog')).toBeVisible();
});

for (const language of ['en', 'es'] as const) {
  test(`the palette has a name for each command from the start (${language})`, async ({ page }) => {
    await openDesk(page, '/#/schedule', { language, hub: 'online' });
    await page.getByTestId('visit').first().waitFor();
    expect((await offered(page)).length).toBeGreaterThan(35);
  });
}
