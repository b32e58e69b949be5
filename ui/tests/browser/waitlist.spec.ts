import type { Page } from '@playwright/test';
import { expect, expectAccessible, openDesk, test } from './desk';
import { clearTheWay, movable, moveByKey, stored, rescheduleOpen } from './visits';

/** One person waits alone, for a service, or for any: with a note, and for no day or colleague in particular. Gives the name. */
const onlyOne = (page: Page, service: string | null) =>
  page.evaluate((wanted) => {
    const world = window.petrelWorld!;
    world.elsewhere(['waitlist_entries'], (memory) => {
      const service_id = memory.services.find(({ name }) => name === wanted)?.id ?? null;
      const notes = 'Can come at short notice';
      const open = { staff_id: null, requested_on: null, earliest: null, latest: null };
      memory.waitlist = [{ ...memory.waitlist[1]!, ...open, service_id, notes }];
    });
    return world.memory.waitlist[0]!.client_name;
  }, service);

/** How the entry stands, and the visit that was booked for it last. */
const outcome = (page: Page) =>
  page.evaluate(() => {
    const { waitlist, visits } = window.petrelWorld!.memory;
    const { status, client_id, pet_id } = waitlist[0]!;
    const visit = visits.at(-1)!;
    const isTheirs = visit.client_id === client_id && visit.pet_id === pet_id;
    return { status, isTheirs, method: visit.booking_method, notes: visit.notes.internal_notes, at: visit.starts_at };
  });

/** Opens the waitlist with one person on it, and the times that fit. */
async function findTimes(page: Page, service: string | null): Promise<string> {
  await openDesk(page, '/#/waitlist');
  await page.getByTestId('waitlist-entry').first().waitFor();
  const name = await onlyOne(page, service);
  await expect(page.getByTestId('waitlist-entry')).toHaveCount(1);
  await page.getByTestId('find-times').click();
  return name;
}

/** Takes the first time that fits: the form opens with it, for who waits. */
async function takeFirst(page: Page, name: string): Promise<void> {
  const slot = page.getByTestId('waitlist-times').getByTestId('free-slot').first();
  const time = /\d+:\d\d/.exec(await slot.innerText())![0];
  await slot.click();
  await expect(page.getByTestId('booking-client')).toHaveText(name);
  await expect(page.getByTestId('booking-time')).toHaveValue(time);
  await expect(page.getByLabel('Internal notes')).toHaveValue('Can come at short notice');
  // Nothing of it was typed: there is nothing to throw away.
  await expect(page.getByTestId('booking-discard')).toHaveCount(0);
  expect((await outcome(page)).status).toBe('active');
}

const booked = { status: 'booked', isTheirs: true, method: 'waitlist', notes: 'Can come at short notice' };

test('who takes any service is booked in the form, with the time that was chosen', async ({ page }) => {
  const name = await findTimes(page, null);
  await takeFirst(page, name);
  await page.getByTestId('booking-save').click();
  await expect(page.getByText('Booked:')).toBeVisible();
  expect(await outcome(page)).toMatchObject(booked);
});

test('who waits for a service that asks something first is asked in the form', async ({ page }) => {
  const name = await findTimes(page, 'Surgery');
  await takeFirst(page, name);
  await expect(page.getByTestId('booking-service')).toContainText('Surgery');
  const fasting = page.getByTestId('booking-panel').getByRole('combobox', { name: /^Fasting/ });
  await page.getByTestId('booking-save').click();
  await expect(fasting).toHaveAttribute('aria-invalid', 'true');
  await fasting.click();
  await page.getByRole('option', { name: 'Yes' }).click();
  await page.getByTestId('booking-save').click();
  await expect(page.getByText('Booked:')).toBeVisible();
  expect(await outcome(page)).toMatchObject(booked);
});

test('who is booked at another time waits no longer, and waits on where somebody else is booked instead', async ({
  page,
}) => {
  const name = await findTimes(page, 'Vaccination');
  await page.getByTestId('waitlist-elsewhere').click();
  await expect(page.getByTestId('booking-client')).toHaveText(name);
  await expect(page.getByTestId('booking-service')).toContainText('Vaccination');
  await page.getByRole('button', { name: 'Another client' }).click();
  await expect(page.getByLabel('Internal notes')).toHaveValue('');
  await page.getByTestId('booking-search').fill('romero');
  await page.getByRole('option').first().click();
  await page.getByTestId('booking-save').click();
  await expect(page.getByText('Booked:')).toBeVisible();
  expect(await outcome(page)).toMatchObject({ status: 'active', isTheirs: false, method: 'phone', notes: null });

  await page.getByTestId('nav-waitlist').click();
  await page.getByTestId('find-times').click();
  await page.getByTestId('waitlist-elsewhere').click();
  await expect(page.getByTestId('booking-client')).toHaveText(name);
  await page.getByTestId('booking-save').click();
  await expect.poll(async () => (await outcome(page)).status).toBe('booked');
  expect(await outcome(page)).toMatchObject(booked);
});

test('a time that became free is booked in the form for who takes any service', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  const { starts_at } = await stored(page, id);
  const name = await onlyOne(page, null);
  await page.locator(`[data-id="${id}"]`).click();
  await page.getByTestId('visit-cancel').click();
  await page.getByTestId('cancel-confirm').click();
  await page.getByTestId('fill').click();
  await expect(page.getByTestId('freed-dialog')).toHaveCount(0);
  await expect(page.getByTestId('booking-client')).toHaveText(name);
  await page.getByTestId('booking-save').click();
  await expect(page.getByText('Booked:')).toBeVisible();
  expect(await outcome(page)).toMatchObject({ ...booked, at: starts_at });
});

for (const isOpen of [true, false]) {
  test(`a time that was left for another is offered to who waits (${isOpen ? 'beside the visit' : 'on the board'})`, async ({
    page,
  }) => {
    await openDesk(page, '/?view=week&staff=all#/schedule');
    const id = await movable(page);
    await page.evaluate((own) => {
      window.petrelWorld!.elsewhere(['appointments'], (memory) => {
        const kept = memory.visits.find((each) => each.id === own)!;
        const service_id = memory.services.find(({ name }) => name === 'Consultation')!.id;
        const starts_at = Date.parse('2026-11-20T16:00:00+01:00');
        Object.assign(kept, { service_id, starts_at, ends_at: starts_at + 1_800_000 });
        // Nothing stands in the way.
        memory.visits = memory.visits.filter((each) => each === kept || each.staff_id !== kept.staff_id);
      });
    }, id);
    await onlyOne(page, 'Consultation');
    const before = await stored(page, id);
    const button = page.locator(`[data-id="${id}"]`);
    if (isOpen) {
      await button.click();
      await rescheduleOpen(page);
    } else await moveByKey(page, id, 'ArrowLeft');
    await expect(page.getByText('Rescheduled to')).toBeVisible();
    const next = (await stored(page, id)).next_appointment_id!;
    if (isOpen) await expect(page).toHaveURL(new RegExp(`visit=${next}`));
    await page.getByRole('button', { name: 'Who waits' }).click();
    await page.getByTestId('fill').click();
    await expect(page.getByText('has the time')).toBeVisible();
    expect(await outcome(page)).toMatchObject({ ...booked, at: before.starts_at });
    expect(await page.evaluate(() => window.petrelWorld!.memory.visits.at(-1)!.staff_id)).toBe(before.staff_id);
  });
}

test('who waits no longer is booked all the same, at the second try', async ({ page }) => {
  const name = await findTimes(page, null);
  await takeFirst(page, name);
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['waitlist_entries'], ({ waitlist }) => (waitlist[0]!.status = 'cancelled')),
  );
  await page.getByTestId('booking-save').click();
  await expect(page.getByTestId('booking-refusal')).toHaveText('The entry of the waitlist is not there any more.');
  await page.getByTestId('booking-save').click();
  await expect(page.getByText('Booked:')).toBeVisible();
  expect(await outcome(page)).toMatchObject({ ...booked, status: 'cancelled', method: 'phone' });
});

test('the way back to a booking for who waits is for them still', async ({ page }) => {
  const name = await findTimes(page, 'Vaccination');
  await page.getByTestId('waitlist-elsewhere').click();
  await expect(page.getByTestId('booking-client')).toHaveText(name);
  await page.goBack();
  await page.getByTestId('waitlist-entry').waitFor();
  await page.goForward();
  await expect(page.getByTestId('booking-client')).toHaveText(name);
  await expect(page.getByLabel('Internal notes')).toHaveValue(booked.notes);
  await expect(page.getByTestId('booking-service')).toContainText('Vaccination');
  await expect(page.getByTestId('booking-discard')).toHaveCount(0);
  await page.getByTestId('booking-save').click();
  await expect(page.getByText('Booked:')).toBeVisible();
  expect(await outcome(page)).toMatchObject(booked);
});

test('a booking that is half typed when somebody who waits is booked waits for its own', async ({ page }) => {
  await openDesk(page, '/?view=week&staff=all&book=new#/schedule');
  const id = await movable(page);
  await clearTheWay(page, id);
  const name = await onlyOne(page, null);
  const reason = page.getByTestId('booking-reason');
  await page.getByTestId('booking-search').fill('romero');
  await page.getByRole('option').first().click();
  await reason.fill('Swallowed a sock');
  await page.getByTestId('booking-emergency').check();
  await moveByKey(page, id, 'ArrowLeft');
  await page.getByRole('button', { name: 'Who waits' }).click();
  await page.getByTestId('fill').click();
  await expect(page.getByTestId('booking-client')).toHaveText(name);
  await expect(reason).toHaveValue('');
  await expect(page.getByTestId('booking-emergency')).not.toBeChecked();
  await expect(page.getByTestId('booking-draft')).toContainText('Romero');
  await page.getByTestId('booking-save').click();
  await expect(page.getByText('Booked:')).toBeVisible();
  expect(await outcome(page)).toMatchObject(booked);
  expect(await page.evaluate(() => window.petrelWorld!.memory.visits.at(-1)!.notes.reason)).toBeNull();

  await page.keyboard.press('c');
  await page.getByTestId('booking-draft').getByRole('button', { name: 'Go on with it' }).click();
  await expect(page.getByTestId('booking-client')).toContainText('Romero');
  await expect(reason).toHaveValue('Swallowed a sock');
  await expect(page.getByTestId('booking-emergency')).toBeChecked();
});

test('what is typed for who waits takes no place of what was half typed before', async ({ page }) => {
  await openDesk(page, '/?view=week&staff=all&book=new#/schedule');
  const id = await movable(page);
  await clearTheWay(page, id);
  const name = await onlyOne(page, null);
  const reason = page.getByTestId('booking-reason');
  const notice = page.getByTestId('booking-draft');
  await page.getByTestId('booking-search').fill('romero');
  await page.getByRole('option').first().click();
  await reason.fill('Swallowed a sock');
  await moveByKey(page, id, 'ArrowLeft');
  await page.getByRole('button', { name: 'Who waits' }).click();
  await page.getByTestId('fill').click();
  await expect(notice).toContainText('Romero');
  await reason.fill('Limps');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('booking-panel')).toHaveCount(0);

  await page.keyboard.press('c');
  await expect(notice).toContainText('Romero');
  await notice.getByRole('button', { name: 'Go on with it' }).click();
  await expect(reason).toHaveValue('Swallowed a sock');
  await page.getByTestId('booking-discard').click();
  await expect(page.getByTestId('booking-panel')).toHaveCount(0);
  await page.keyboard.press('c');
  await expect(notice).toContainText(name);
  await notice.getByRole('button', { name: 'Go on with it' }).click();
  await expect(reason).toHaveValue('Limps');
});

test('what was left for who waits takes no place of what is typed, which is offered in its turn', async ({ page }) => {
  const name = await findTimes(page, 'Vaccination');
  await page.getByTestId('waitlist-elsewhere').click();
  await expect(page.getByTestId('booking-client')).toHaveText(name);
  const [reason, notice] = [page.getByTestId('booking-reason'), page.getByTestId('booking-draft')];
  await reason.fill('Limps');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('booking-panel')).toHaveCount(0);
  await page.keyboard.press('c');
  await expect(notice).toContainText(name);
  await page.getByTestId('booking-block').click();
  await page.getByTestId('booking-block-title').fill('Team meeting');
  await notice.getByRole('button', { name: 'Go on with it' }).click();
  await expect(page.getByTestId('booking-client')).toHaveText(name);
  await expect(reason).toHaveValue('Limps');
  await expect(notice).toContainText('Team meeting');
  const drafts = () => page.evaluate(() => window.petrelWorld!.memory.drafts);
  await page.getByTestId('booking-discard').click();
  await expect.poll(async () => (await drafts())['booking:wish']).toBeUndefined();
  expect((await drafts()).booking).toContain('Team meeting');
});

/** The visit takes an hour and a half from half past two, and nothing stands in the way of anybody. */
const anHourAndAHalf = (page: Page, id: string) =>
  page.evaluate((own) => {
    window.petrelWorld!.elsewhere(['appointments'], (memory) => {
      const kept = memory.visits.find((each) => each.id === own)!;
      const starts_at = Date.parse('2026-11-20T14:30:00+01:00');
      Object.assign(kept, { starts_at, ends_at: starts_at + 5_400_000 });
      memory.visits = memory.visits.filter((each) => each === kept || each.staff_id !== kept.staff_id);
    });
  }, id);

/** Who waits comes at a quarter to three at the earliest. */
const comesLater = (page: Page) =>
  page.evaluate(() =>
    window.petrelWorld!.elsewhere(['waitlist_entries'], ({ waitlist }) => (waitlist[0]!.earliest = '14:45')),
  );

test('who waits for something shorter is given some of the time, when they can come', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await anHourAndAHalf(page, id);
  await onlyOne(page, 'Nail trim');
  await comesLater(page);
  await page.locator(`[data-id="${id}"]`).click();
  await page.getByTestId('visit-cancel').click();
  await page.getByTestId('cancel-confirm').click();
  await expect(page.getByTestId('freed-dialog')).toContainText('14:30–16:00');
  await expect(page.getByTestId('match-time')).toHaveText('14:45–15:00 · Nail trim');
  await expectAccessible(page);
  await page.getByTestId('fill').click();
  await expect(page.getByText('has the time')).toBeVisible();
  expect(await outcome(page)).toMatchObject({ ...booked, at: Date.parse('2026-11-20T14:45:00+01:00') });
});

test('a time that was left for another of the same day is mentioned, and nothing opens by itself', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await anHourAndAHalf(page, id);
  const name = await onlyOne(page, 'Nail trim');
  const visit = page.locator(`[data-id="${id}"]`);
  await expect(visit).toContainText('14:30');
  await visit.click();
  await page.getByTestId('visit-move').click();
  const slot = page.getByTestId('move-dialog').getByTestId('free-slot').first();
  await expect(slot).toHaveAccessibleName(/20 Nov/);
  await slot.click();
  await expect(page.getByText('Moved to')).toBeVisible();
  await expect(page.getByText('Somebody waits for a time like the one that is free now.')).toBeVisible();
  await expect(page.getByTestId('freed-dialog')).toHaveCount(0);
  await page.getByRole('button', { name: 'Who waits' }).click();
  await expect(page.getByTestId('freed-dialog')).toContainText('14:30–16:00');
  await expect(page.getByTestId('waitlist-match')).toContainText(name);
  await expect(page.getByTestId('match-time')).toHaveText('14:30–14:45 · Nail trim');
});

test('of a time that two fit into, the rest is offered on', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await anHourAndAHalf(page, id);
  await onlyOne(page, 'Nail trim');
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['waitlist_entries'], ({ waitlist }) => {
      waitlist.push({ ...waitlist[0]!, id: 'second', client_name: 'Second Client' });
    }),
  );
  await page.locator(`[data-id="${id}"]`).click();
  await page.getByTestId('visit-cancel').click();
  await page.getByTestId('cancel-confirm').click();
  await expect(page.getByTestId('waitlist-match')).toHaveCount(2);
  await page.getByTestId('fill').first().click();
  await expect(page.getByTestId('waitlist-match')).toHaveCount(1);
  await expect(page.getByTestId('match-time')).toHaveText('14:45–15:00 · Nail trim');
  await page.getByTestId('fill').click();
  await expect(page.getByTestId('freed-dialog')).toHaveCount(0);
});

test('what was done is taken back while the time it left is offered, which is not free then', async ({ page }) => {
  await openDesk(page, '/?view=week&staff=all#/schedule');
  const id = await movable(page);
  await clearTheWay(page, id);
  await onlyOne(page, null);
  const before = await stored(page, id);
  await moveByKey(page, id, 'ArrowLeft');
  await page.getByRole('button', { name: 'Who waits' }).click();
  await expect(page.getByTestId('freed-dialog')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('Taken back.')).toBeVisible();
  await expect(page.getByTestId('freed-dialog')).toHaveCount(0);
  expect(await stored(page, id)).toEqual(before);
});

test('a client is told of the cancelling while the time is offered, which goes on', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await onlyOne(page, null);
  await page.locator(`[data-id="${id}"]`).click();
  await page.getByTestId('visit-cancel').click();
  await page.getByTestId('cancel-confirm').click();
  await expect(page.getByTestId('fill')).toBeVisible();
  await page.getByRole('button', { name: 'Notify client' }).click();
  await page.getByTestId('notify-send').click();
  await expect(page.getByTestId('notify-dialog')).toHaveCount(0);
  await expect(page.getByTestId('fill')).toBeVisible();
});
