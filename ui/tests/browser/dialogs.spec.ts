import type { Page } from '@playwright/test';
import { askedOf, letGo, watchCommands } from './commands';
import { expect, openDesk, test } from './desk';
import { aClient } from './people';
import { movable, nobodyWaits, rescheduleOpen, stored } from './visits';

/** A change of address within the open page, as a link makes one. */
const follow = (page: Page, path: string) => page.evaluate((to) => void (location.hash = to), path);

test('going back while a pet is edited leaves both pets as they were', async ({ page }) => {
  await openDesk(page, '/#/attention');
  const [first, second] = await page.evaluate(() => {
    const { pets } = window.petrelWorld!.memory;
    const one = pets[0]!;
    return [one, pets.find(({ name }) => name !== one.name)!];
  });
  const kept = () => page.evaluate(() => JSON.stringify(window.petrelWorld!.memory.pets));
  const before = await kept();
  for (const pet of [first, second]) {
    await follow(page, `/pets/${pet!.id}`);
    await expect(page.getByTestId('pet-title')).toHaveText(pet!.name);
  }
  await page.getByTestId('edit-pet').click();
  await page.getByTestId('pet-allergies-text').fill('Penicillin and cats');
  await page.goBack();
  await expect(page.getByTestId('pet-title')).toHaveText(first!.name);
  await expect(page.getByTestId('pet-dialog')).toHaveCount(0);
  await page.getByTestId('edit-pet').click();
  await expect(page.getByTestId('pet-name')).toHaveValue(first!.name);
  await page.getByTestId('save-pet').click();
  await expect(page.getByTestId('pet-dialog')).toHaveCount(0);
  expect(await kept()).toBe(before);
});

test('going back while two clients are to become one merges nobody else', async ({ page }) => {
  await openDesk(page, '/#/attention');
  for (const kind of ['quiet', 'family'] as const) {
    await follow(page, `/clients/${await aClient(page, kind)}`);
    await page.getByTestId('screen-client').getByTestId('client-name').waitFor();
  }
  await page.getByTestId('client-likeness').first().getByRole('button').click();
  await expect(page.getByTestId('merge-dialog')).toBeVisible();
  await page.goBack();
  await expect(page.getByTestId('client-likeness')).toHaveCount(0);
  await expect(page.getByTestId('merge-dialog')).toHaveCount(0);
});

test('back from a client who was just added leads to the list, without the form', async ({ page }) => {
  await openDesk(page, '/#/clients');
  await page.getByTestId('new-client').click();
  await page.getByTestId('client-first').fill('Vera');
  await page.getByTestId('save-client').click();
  await expect(page.getByTestId('client-name')).toHaveText('Vera');
  await page.goBack();
  await expect(page.getByTestId('client-row').first()).toBeVisible();
  await expect(page.getByTestId('client-dialog')).toHaveCount(0);
});

test('a service is opened, changed and saved', async ({ page }) => {
  await openDesk(page, '/#/settings/services');
  await page.getByTestId('service-row').first().getByRole('button', { name: 'Edit' }).click();
  await expect(page.getByTestId('service-name')).toHaveValue('Consultation');
  await page.getByTestId('service-name').fill('First consultation');
  await page.getByTestId('save-service').click();
  await expect(page.getByTestId('service-dialog')).toHaveCount(0);
  await expect(page.getByTestId('service-row').first()).toContainText('First consultation');
});

test('a name is typed as soon as the form for a new client is open', async ({ page }) => {
  await openDesk(page, '/#/clients');
  await page.getByTestId('new-client').click();
  await expect(page.getByTestId('client-first')).toBeFocused();
  await page.keyboard.type('Vera Lind');
  await expect(page.getByTestId('client-first')).toHaveValue('Vera Lind');
});

for (const [path, open, first] of [
  ['/#/settings/staff', 'new-staff', 'staff-first'],
  ['/#/settings/services', 'new-service', 'service-name'],
  ['/#/waitlist', 'add-to-waitlist', 'waitlist-client'],
] as const) {
  test(`a dialog begins at its first field (${first})`, async ({ page }) => {
    await openDesk(page, path);
    await page.getByTestId(open).click();
    await expect(page.getByTestId(first)).toBeFocused();
  });
}

test('a dialog begins at its first field where that is no text, and at what is safe where there is none', async ({
  page,
}) => {
  await openDesk(page, '/#/settings/staff');
  await page.getByRole('button', { name: 'Set PIN' }).nth(1).click();
  await expect(page.getByTestId('new-pin')).toBeFocused();
  await page.keyboard.press('Escape');
  await page.getByTestId('settings-hours').click();
  await page.getByTestId('add-override').click();
  await expect(page.getByTestId('override-dialog').getByLabel('Kind')).toBeFocused();
  await page.keyboard.press('Escape');
  const id = await aClient(page, 'family');
  await page.goto(`/#/clients/${id}`);
  await page.getByTestId('client-more').click();
  await page.getByTestId('client-wait').click();
  await expect(page.getByTestId('waitlist-pet')).toBeFocused();
  await page.keyboard.press('Escape');
  await page.getByTestId('client-likeness').first().getByRole('button').click();
  await expect(page.getByTestId('merge-dialog').getByRole('button', { name: 'Cancel' })).toBeFocused();
});

const answerIn = (page: Page, command: string, millis: number) =>
  page.evaluate(([name, wait]) => void (window.petrelWorld!.slow[name] = wait), [command, millis] as const);

test('a client who is saved with a double click is there once', async ({ page }) => {
  await openDesk(page, '/#/clients');
  await page.getByTestId('new-client').click();
  await page.getByTestId('client-first').fill('Vera');
  await page.getByTestId('client-last').fill('Lind');
  await answerIn(page, 'create_client', 150);
  await page.getByTestId('save-client').dblclick();
  await expect(page.getByTestId('client-name')).toHaveText('Vera Lind');
  const count = () =>
    page.evaluate(() => window.petrelWorld!.memory.clients.filter(({ last_name }) => last_name === 'Lind').length);
  expect(await count()).toBe(1);
});

test('a form that was refused can be sent again', async ({ page }) => {
  await openDesk(page, '/#/clients');
  await page.getByTestId('new-client').click();
  await page.getByTestId('save-client').click();
  await expect(page.getByTestId('client-first')).toHaveAttribute('aria-invalid', 'true');
  await page.getByTestId('client-first').fill('Vera');
  await page.getByTestId('save-client').click();
  await expect(page.getByTestId('client-name')).toHaveText('Vera');
});

test('a weight that is written down with a double click stands there once', async ({ page }) => {
  await openDesk(page, '/#/attention');
  const id = await page.evaluate(() => window.petrelWorld!.memory.pets.find((pet) => !pet.deceased_on)!.id);
  const weights = () =>
    page.evaluate((own) => window.petrelWorld!.memory.records.filter(({ pet_id }) => pet_id === own).length, id);
  const before = await weights();
  await page.goto(`/#/pets/${id}`);
  await page.getByTestId('weight').fill('3.7');
  await answerIn(page, 'record_weight', 150);
  await page.getByTestId('record-weight').dblclick();
  await expect(page.getByTestId('weight')).toHaveValue('');
  expect(await weights()).toBe(before + 1);
});

test('a colleague who is saved with a double click is there once', async ({ page }) => {
  await openDesk(page, '/#/settings/staff');
  await page.getByTestId('new-staff').click();
  await page.getByTestId('staff-first').fill('Vera');
  await answerIn(page, 'create_staff', 150);
  await page.getByTestId('save-staff').dblclick();
  await expect(page.getByTestId('staff-dialog')).toHaveCount(0);
  await expect(page.getByTestId('staff-row').filter({ hasText: 'Vera' })).toHaveCount(1);
});

test('a double click takes a visit one step on, and not two', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await page.locator(`[data-id="${id}"]`).click();
  await page.getByTestId('visit-next').dblclick({ delay: 80 });
  expect((await stored(page, id)).status).toBe('checked_in');
});

test('a double click on the day’s board is for one visit', async ({ page }) => {
  await openDesk(page, '/#/today');
  const statuses = () =>
    page.evaluate(() => window.petrelWorld!.memory.visits.map(({ id, status }) => `${id} ${status}`));
  const before = await statuses();
  await page.getByTestId('lane-expected').getByTestId('today-next').first().dblclick({ delay: 80 });
  const after = await statuses();
  expect(after.filter((each) => !before.includes(each))).toHaveLength(1);
});

test('what was typed for the waitlist on one client’s page is offered there alone', async ({ page }) => {
  await openDesk(page, '/#/attention');
  const [first, second] = [await aClient(page, 'family'), await aClient(page, 'quiet')];
  const wait = async (id: string) => {
    await follow(page, `/clients/${id}`);
    const name = await page.evaluate((own) => {
      const { first_name, last_name } = window.petrelWorld!.memory.clients.find((client) => client.id === own)!;
      return `${first_name} ${last_name}`;
    }, id);
    await expect(page.getByTestId('client-name')).toHaveText(name);
    await page.getByTestId('client-more').click();
    await page.getByTestId('client-wait').click();
    await expect(page.getByTestId('waitlist-who')).toHaveText(name);
    // What was left is asked for when the form opens, and shown a frame after the answer.
    await page.evaluate(() => new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown))));
  };
  await wait(first);
  await page.getByTestId('waitlist-dialog').getByLabel('Notes').fill('Only with Carmen');
  await expect
    .poll(() => page.evaluate(() => Object.values(window.petrelWorld!.memory.drafts).join()))
    .toContain('Carmen');
  await page.keyboard.press('Escape');
  await wait(second);
  await expect(page.getByTestId('draft-notice')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await wait(first);
  await page.getByTestId('draft-continue').click();
  await expect(page.getByTestId('waitlist-dialog').getByLabel('Notes')).toHaveValue('Only with Carmen');
  await expect(page.getByTestId('waitlist-who')).toBeVisible();
});

test('what another desk writes while an entry of the waitlist is edited stays', async ({ page }) => {
  await openDesk(page, '/#/waitlist');
  const row = page.getByTestId('waitlist-entry').filter({ hasText: 'Can come at short notice' });
  await row.getByTestId('entry-more').click();
  await page.getByTestId('edit-entry').click();
  await page.getByTestId('waitlist-dialog').getByLabel('Notes').fill('Only on Fridays');
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['waitlist_entries'], ({ waitlist }) => {
      Object.assign(
        waitlist.find(({ notes }) => notes === 'Can come at short notice')!,
        {
          priority: 2,
          earliest: '10:00',
        },
      );
    }),
  );
  await expect(row).toContainText('Urgent');
  await page.getByTestId('save-waitlist').click();
  await expect(page.getByTestId('waitlist-dialog')).toHaveCount(0);
  const kept = await page.evaluate(() =>
    window.petrelWorld!.memory.waitlist.find(({ notes }) => notes === 'Only on Fridays')!,
  );
  expect(kept).toMatchObject({ priority: 2, earliest: '10:00' });
});

test('what another desk writes while a colleague, a service or an exception is edited stays', async ({ page }) => {
  await openDesk(page, '/#/settings/staff');
  const memory = () => page.evaluate(() => window.petrelWorld!.memory);
  await page.getByTestId('staff-row').nth(1).getByRole('button', { name: 'Edit' }).click();
  await page.getByTestId('staff-first').fill('Marco');
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['staff'], ({ staff }) => {
      Object.assign(staff[1]!, { last_name: 'Vidal Ros', email: 'marc@acacias.example', role: 'admin' });
    }),
  );
  await expect(page.getByTestId('staff-row').nth(1)).toContainText('Vidal Ros');
  await page.getByTestId('save-staff').click();
  await expect(page.getByTestId('staff-dialog')).toHaveCount(0);
  expect((await memory()).staff[1]).toMatchObject({
    first_name: 'Marco',
    last_name: 'Vidal Ros',
    email: 'marc@acacias.example',
    role: 'admin',
  });

  await page.getByTestId('settings-services').click();
  await page.getByTestId('service-row').first().getByRole('button', { name: 'Edit' }).click();
  await page.getByTestId('service-name').fill('First consultation');
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['services'], ({ services }) => {
      Object.assign(services[0]!, { base_price_cents: 9900, description: 'Bring the vaccination card' });
    }),
  );
  await expect(page.getByTestId('service-row').first()).toContainText('99');
  await page.getByTestId('save-service').click();
  await expect(page.getByTestId('service-dialog')).toHaveCount(0);
  expect((await memory()).services[0]).toMatchObject({
    name: 'First consultation',
    base_price_cents: 9900,
    description: 'Bring the vaccination card',
  });

  await page.getByTestId('settings-hours').click();
  const own = await page.evaluate(() => {
    const { overrides, staff } = window.petrelWorld!.memory;
    window.petrelWorld!.elsewhere(['schedule_overrides'], () => {
      overrides[0]!.staff_id = staff[0]!.id;
    });
    return overrides[0]!.id;
  });
  const listed = page.getByRole('listitem').filter({ hasText: 'Training' });
  await listed.getByRole('button', { name: 'Edit' }).click();
  await page.getByTestId('override-dialog').getByLabel('Reason').fill('Congress');
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['schedule_overrides'], ({ overrides }) => {
      Object.assign(overrides[0]!, { start: '10:00', end: '12:00' });
    }),
  );
  await expect(listed).toContainText('10:00');
  await page.getByTestId('save-override').click();
  await expect(page.getByTestId('override-dialog')).toHaveCount(0);
  expect((await memory()).overrides.find(({ id }) => id === own)).toMatchObject({
    reason: 'Congress',
    start: '10:00',
    end: '12:00',
  });
});

test('going back closes what stands over a visit, and does nothing to it', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  const before = await stored(page, id);
  await page.locator(`[data-id="${id}"]`).click();
  const opened: [string, () => Promise<void>][] = [
    ['move-dialog', () => page.getByTestId('visit-move').click()],
    ['cancel-dialog', () => page.getByTestId('visit-cancel').click()],
    [
      'notify-dialog',
      async () => {
        await page.getByTestId('visit-menu').click();
        await page.getByRole('menuitem', { name: 'Notify client' }).click();
      },
    ],
    [
      'history-dialog',
      async () => {
        await page.getByTestId('visit-menu').click();
        await page.getByTestId('history').click();
      },
    ],
    [
      'conflict-dialog',
      async () => {
        await page.getByTestId('visit-move').click();
        await page.getByTestId('move-time').fill('5:00');
        await page.getByTestId('move-confirm').click();
      },
    ],
  ];
  for (const [dialog, open] of opened) {
    await open();
    await expect(page.getByTestId(dialog)).toBeVisible();
    await page.goBack();
    await expect(page.getByTestId('visit-panel')).toHaveCount(0);
    await expect(page.getByTestId(dialog)).toHaveCount(0);
    await page.goForward();
    await expect(page.getByTestId('visit-panel')).toBeVisible();
    await expect(page.getByTestId(dialog)).toHaveCount(0);
  }
  expect(await stored(page, id)).toEqual(before);
});

test('a dialog over a visit does not wait on another screen to come back', async ({ page }) => {
  await openDesk(page, '/#/today');
  await page.getByTestId('nav-schedule').click();
  const id = await movable(page);
  await page.locator(`[data-id="${id}"]`).click();
  await page.getByTestId('visit-cancel').click();
  await expect(page.getByTestId('cancel-dialog')).toBeVisible();
  await page.evaluate(() => history.go(-2));
  await page.getByTestId('today-card').first().getByRole('button').first().click();
  await expect(page.getByTestId('visit-panel')).toBeVisible();
  await expect(page.getByTestId('cancel-dialog')).toHaveCount(0);
});

test('a visit is followed to the one in its place once: a dialog does not go that way later', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  // Nobody waits for the time it leaves.
  await nobodyWaits(page);
  await page.locator(`[data-id="${id}"]`).click();
  await rescheduleOpen(page);
  await expect(page.getByText('Rescheduled to')).toBeVisible();
  const next = (await stored(page, id)).next_appointment_id!;
  await expect(page).toHaveURL(new RegExp(`visit=${next}`));
  await page.locator(`[data-testid="visit-panel"] a[href*="visit=${id}"]`).click();
  await expect(page.locator(`[data-testid="visit-panel"] a[href*="visit=${next}"]`)).toBeVisible();
  await page.getByTestId('visit-menu').click();
  await page.getByRole('menuitem', { name: 'Notify client' }).click();
  await expect(page.getByTestId('notify-dialog')).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL(new RegExp(`visit=${next}`));
  await expect(page.getByTestId('notify-dialog')).toHaveCount(0);
});

test('a client is told from any screen, as long as it is offered', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await nobodyWaits(page);
  await page.locator(`[data-id="${id}"]`).click();
  await page.getByTestId('visit-cancel').click();
  await page.getByTestId('cancel-confirm').click();
  await expect(page.getByText('visit was cancelled.')).toBeVisible();
  await page.getByTestId('nav-clients').click();
  await page.getByTestId('client-row').first().waitFor();
  await page.getByRole('button', { name: 'Notify client' }).click();
  await expect(page.getByTestId('notify-dialog')).toBeVisible();
  await page.getByTestId('notify-send').click();
  await expect(page.getByTestId('notify-dialog')).toHaveCount(0);
});

test('who went on to another screen is asked about a taken time no more, but told of it', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  const before = await stored(page, id);
  await page.locator(`[data-id="${id}"]`).click();
  await page.getByTestId('visit-move').click();
  await page.getByTestId('move-time').fill('5:00');
  await watchCommands(page, { held: ['move_appointment'] });
  await page.getByTestId('move-confirm').click();
  await page.getByTestId('nav-clients').click();
  await page.getByTestId('client-row').first().waitFor();
  await letGo(page, 'move_appointment');
  await expect(page.getByText('outside working hours')).toBeVisible();
  await expect(page.getByTestId('conflict-dialog')).toHaveCount(0);
  expect(await stored(page, id)).toEqual(before);
});

test('who went on to another screen is not called back to give a freed time to who waits', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await page.locator(`[data-id="${id}"]`).click();
  await page.getByTestId('visit-cancel').click();
  await watchCommands(page, { held: ['cancel_appointment'] });
  await page.getByTestId('cancel-confirm').click();
  await page.goBack();
  await expect(page.getByTestId('cancel-dialog')).toHaveCount(0);
  await page.getByTestId('nav-clients').click();
  await page.getByTestId('client-row').first().waitFor();
  await letGo(page, 'cancel_appointment');
  await expect(page.getByText('visit was cancelled.')).toBeVisible();
  // By now it would have been looked for who waits.
  await page.getByTestId('nav-schedule').click();
  await page.getByTestId('visit').first().waitFor();
  expect(await askedOf(page, 'waitlist_matches')).toMatchObject({ times: 0 });
});

test('where the dialogs cannot be loaded that is said, and nothing waits for an answer', async ({ page }) => {
  await page.route(/VisitDialogs[^/]*\.js/, (route) =>
    route.fulfill({ contentType: 'text/javascript', body: 'throw new Error("torn")' }),
  );
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await page.locator(`[data-id="${id}"]`).click();
  for (let times = 1; times <= 2; times++) {
    await page.getByTestId('visit-cancel').click();
    await expect(page.locator('[data-sonner-toast][data-type="error"]')).toHaveCount(times);
  }
});
