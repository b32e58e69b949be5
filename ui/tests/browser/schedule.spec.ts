import type { Page } from '@playwright/test';
import { expect, expectAccessible, openDesk, test } from './desk';
import { movable, placeAt, stored, rescheduleOpen } from './visits';

const visit = (page: Page, status: string) => page.locator(`[data-testid="visit"][data-status="${status}"]`);

for (const theme of ['light', 'dark'] as const) {
  for (const path of [
    '/#/schedule',
    '/?view=week&staff=all#/schedule',
    '/?view=month#/schedule',
    '/?book=new#/schedule',
    '/#/today',
  ]) {
    test(`no accessibility violation on ${path} (${theme})`, async ({ page }) => {
      await openDesk(page, path, { theme });
      await page
        .locator('[data-testid="visit"], [data-testid="month-day"], [data-testid="today-card"]')
        .first()
        .waitFor();
      if (path.includes('book')) await page.getByTestId('free-slot').first().waitFor();
      await expectAccessible(page);
    });
  }

  test(`no accessibility violation with a visit and its dialogs open (${theme})`, async ({ page }) => {
    await openDesk(page, '/#/schedule', { theme });
    await visit(page, 'reminded').first().click();
    await page.getByTestId('visit-next').waitFor();
    await expectAccessible(page);
    await page.getByTestId('visit-move').click();
    await page.getByTestId('free-slot').first().waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.getByTestId('visit-edit').click();
    await page.getByTestId('visit-edit-form').waitFor();
    await expectAccessible(page);
  });
}

test('a drag on free time opens the booking with that time and colleague, and a known client is booked in three steps', async ({
  page,
}) => {
  await openDesk(page, '/#/schedule');
  await page.getByTestId('visit').first().waitFor();
  const from = await placeAt(page, 1, 19);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x, from.y + 30, { steps: 4 });
  await page.mouse.move(from.x, from.y + 70, { steps: 4 });
  await expect(page.getByTestId('ghost')).toContainText('19:00');
  await page.mouse.up();
  await expect(page.getByTestId('booking-time')).toHaveValue('19:00');
  await expect(page.getByTestId('booking-staff')).toContainText('Marc Vidal');
  await expect(page.getByTestId('booking-duration')).toHaveValue('45 min');
  await expect(page.getByTestId('booking-search')).toBeFocused();
  // Whose pet, by its name: of several it is the one that comes.
  const pet = await page.evaluate(() => {
    const { clients, pets } = window.petrelWorld!.memory;
    const ids = new Set(clients.filter(({ last_name }) => last_name.startsWith('García')).map(({ id }) => id));
    return pets.find(({ client_id, deceased_on }) => ids.has(client_id) && !deceased_on)!.name;
  });
  await page.keyboard.type(`${pet} garcia`);
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('booking-client')).toContainText('García');
  await page.getByTestId('booking-save').click();
  // Seven in the evening is outside of hours: said, not done silently.
  await expect(page.getByTestId('booking-refusal')).toContainText('outside working hours');
  await page.getByTestId('overbook').click();
  await expect(page.getByTestId('booking-panel')).toBeHidden();
  const count = await page.evaluate(
    () =>
      window.petrelWorld!.memory.visits.filter(({ starts_at }) => starts_at === Date.parse('2026-11-20T19:00:00+01:00'))
        .length,
  );
  expect(count).toBe(1);
});

test('a service and a colleague who does not do it do not come together', async ({ page }) => {
  await openDesk(page, '/?book=new#/schedule');
  await expect(page.getByTestId('booking-service')).toContainText('Consultation');
  await page.getByTestId('booking-staff').click();
  await page.getByRole('option', { name: 'Jon Etxeberria' }).click();
  await expect(page.getByTestId('booking-service')).toContainText('Nail trim');
  await page.getByTestId('booking-service').click();
  await page.getByRole('option', { name: 'Surgery', exact: true }).click();
  await expect(page.getByTestId('booking-staff')).toContainText('Anyone');
  await expect(page.getByTestId('booking-duration')).toHaveValue('1 h 30 min');
});

test('a clinic without colleagues is shown the way', async ({ page }) => {
  await openDesk(page, '/#/attention');
  await page.evaluate(() => {
    window.petrelWorld!.memory.staff.forEach((person) => (person.is_bookable = false));
    window.petrelWorld!.memory.visits = [];
  });
  await page.getByTestId('nav-schedule').click();
  await page.getByTestId('no-columns').getByRole('button').click();
  await expect(page).toHaveURL(/#\/settings\/staff$/);
});

test('booking by keyboard alone: C, the name, Enter, Ctrl+Enter', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  await page.getByTestId('visit').first().waitFor();
  const before = await page.evaluate(() => window.petrelWorld!.memory.visits.length);
  await page.keyboard.press('c');
  await expect(page.getByTestId('booking-search')).toBeFocused();
  await page.keyboard.type('romero');
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('booking-save')).toBeEnabled();
  await page.keyboard.press('Control+Enter');
  await expect(page.getByText('Booked:')).toBeVisible();
  expect(await page.evaluate(() => window.petrelWorld!.memory.visits.length)).toBe(before + 1);
});

test('a visit is dragged to another time and colleague, and Ctrl+Z takes it back', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  const before = await stored(page, id);
  const to = await placeAt(page, 4, 13, false);
  const box = (await page.locator(`[data-id="${id}"]`).boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + 6);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + 30, { steps: 3 });
  await page.mouse.move(to.x, to.y, { steps: 8 });
  await page.mouse.up();
  await expect(page.getByTestId('conflict-dialog')).toContainText('outside working hours');
  await page.getByTestId('overbook').click();
  await expect(page.getByText('Moved to')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Notify client' })).toBeVisible();
  const after = await stored(page, id);
  expect(after.starts_at).toBe(Date.parse('2026-11-20T13:00:00+01:00'));
  expect(after.ends_at - after.starts_at).toBe(before.ends_at - before.starts_at);
  expect(after.staff_id).not.toBe(before.staff_id);
  await page.keyboard.press('Control+z');
  await expect(page.getByText('Taken back: Visit moved.')).toBeVisible();
  expect((await stored(page, id)).starts_at).toBe(before.starts_at);
});

test.describe('a finger', () => {
  test.use({ hasTouch: true });

  /** Touches as the browser gets them from the screen. */
  async function finger(page: Page) {
    const session = await page.context().newCDPSession(page);
    const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: { x: number; y: number }[]) =>
      session.send('Input.dispatchTouchEvent', { type, touchPoints: points });
    return {
      down: (x: number, y: number) => send('touchStart', [{ x, y }]),
      move: async (from: { x: number; y: number }, to: { x: number; y: number }, steps = 8) => {
        for (let step = 1; step <= steps; step++) {
          const part = step / steps;
          await send('touchMove', [{ x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }]);
        }
      },
      up: () => send('touchEnd', []),
    };
  }

  test('that rests on a visit takes hold of it, and moves it', async ({ page }) => {
    await openDesk(page, '/#/schedule');
    const id = await movable(page);
    const before = await stored(page, id);
    const to = await placeAt(page, 4, 13, false);
    const box = (await page.locator(`[data-id="${id}"]`).boundingBox())!;
    const from = { x: box.x + box.width / 2, y: box.y + 6 };
    const hand = await finger(page);
    const scrolled = await page.getByTestId('board').evaluate((pane) => pane.scrollTop);
    await hand.down(from.x, from.y);
    await expect(page.locator(`[data-id="${id}"]`)).toHaveAttribute('data-dragged', 'true');
    await hand.move(from, to);
    await hand.up();
    await page.getByTestId('overbook').click();
    await expect(page.getByText('Moved to')).toBeVisible();
    const after = await stored(page, id);
    expect(after.starts_at).toBe(Date.parse('2026-11-20T13:00:00+01:00'));
    expect(after.staff_id).not.toBe(before.staff_id);
    expect(await page.getByTestId('board').evaluate((pane) => pane.scrollTop)).toBe(scrolled);
  });

  test('that rests and lets go changes nothing, one that taps opens the visit, one that moves scrolls', async ({
    page,
  }) => {
    await openDesk(page, '/#/schedule');
    const id = await movable(page);
    const before = await stored(page, id);
    const visitBox = page.locator(`[data-id="${id}"]`);
    const box = (await visitBox.boundingBox())!;
    const at = { x: box.x + box.width / 2, y: box.y + 6 };
    const hand = await finger(page);
    await hand.down(at.x, at.y);
    await expect(visitBox).toHaveAttribute('data-dragged', 'true');
    await hand.up();
    await expect(visitBox).toHaveAttribute('data-dragged', 'false');
    expect((await stored(page, id)).starts_at).toBe(before.starts_at);
    const pane = page.getByTestId('board');
    const top = await pane.evaluate((element) => element.scrollTop);
    await hand.down(at.x, at.y);
    await hand.move(at, { x: at.x, y: at.y - 160 });
    await hand.up();
    await expect.poll(() => pane.evaluate((element) => element.scrollTop)).toBeGreaterThan(top + 60);
    expect(await stored(page, id)).toEqual(before);
    // A tap while the board still coasts only stops it, as on any touch screen.
    await expect(async () => {
      await visitBox.tap();
      await expect(page.getByTestId('visit-panel')).toBeVisible({ timeout: 2_000 });
    }).toPass();
  });
});

test('a taken time is refused with the free ones next to it', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  const before = await stored(page, id);
  // Onto a visit of another colleague.
  const other = await page.evaluate((own) => {
    const { visits } = window.petrelWorld!.memory;
    const moved = visits.find((kept) => kept.id === own)!;
    const isNear = (at: number) => Math.abs(at - moved.starts_at) < 2 * 3_600_000;
    return visits.find(
      (kept) => kept.staff_id !== moved.staff_id && isNear(kept.starts_at) && kept.status === 'confirmed',
    )!.id;
  }, id);
  const from = (await page.locator(`[data-id="${id}"]`).boundingBox())!;
  const onto = (await page.locator(`[data-id="${other}"]`).boundingBox())!;
  await page.mouse.move(from.x + from.width / 2, from.y + 5);
  await page.mouse.down();
  await page.mouse.move(onto.x + onto.width / 2, onto.y + 5, { steps: 8 });
  await page.mouse.up();
  await expect(page.getByTestId('conflict-dialog')).toContainText('taken');
  await page.getByTestId('free-slot').first().click();
  await expect(page.getByText('Moved to').or(page.getByText('Rescheduled to'))).toBeVisible();
  const after = await stored(page, id);
  expect([after.starts_at, after.staff_id]).not.toEqual([before.starts_at, before.staff_id]);
});

test('Alt and the arrows move and resize, say where to, and let go to drop', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await page.evaluate((own) => {
    // Nothing stands in the way of this one.
    const { memory } = window.petrelWorld!;
    const kept = memory.visits.find((each) => each.id === own)!;
    memory.visits = memory.visits.filter((each) => each.id === own || each.staff_id !== kept.staff_id);
    window.petrelWorld!.changed(['appointments']);
  }, id);
  const before = await stored(page, id);
  const button = page.locator(`[data-id="${id}"]`);
  await button.focus();
  await page.keyboard.down('Alt');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await expect(page.getByTestId('board-live')).not.toBeEmpty();
  await page.keyboard.up('Alt');
  await expect.poll(async () => (await stored(page, id)).starts_at).toBe(before.starts_at - 30 * 60_000);
  await expect(button).toBeFocused();
  await page.keyboard.down('Alt');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Escape');
  await page.keyboard.up('Alt');
  expect((await stored(page, id)).ends_at).toBe(before.ends_at - 30 * 60_000);
  await page.keyboard.press('Alt+Shift+ArrowDown');
  await expect.poll(async () => (await stored(page, id)).ends_at).toBe(before.ends_at - 15 * 60_000);
});

test('one button moves a visit on', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await page.locator(`[data-id="${id}"]`).click();
  for (const status of ['checked_in', 'in_progress', 'completed']) {
    await page.getByTestId('visit-next').click();
    await expect(page.locator(`[data-id="${id}"]`)).toHaveAttribute('data-status', status);
  }
  await expect(page.getByTestId('visit-next')).toBeHidden();
  await page.getByTestId('panel-close').click();
  await expect(page.getByTestId('visit-panel')).toBeHidden();
});

test('a closed visit gives the focus back, and back restores how far the board was scrolled', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await page.locator(`[data-id="${id}"]`).focus();
  await page.keyboard.press('Enter');
  await page.getByTestId('panel-close').focus();
  await page.keyboard.press('Enter');
  await expect(page.locator(`[data-id="${id}"]`)).toBeFocused();
  const board = page.getByTestId('board');
  await board.evaluate((pane) => (pane.scrollTop = 333));
  await expect.poll(() => board.evaluate((pane) => pane.scrollTop)).toBe(333);
  await page.getByTestId('nav-today').click();
  await page.getByTestId('today-card').first().waitFor();
  await page.goBack();
  await expect.poll(() => board.evaluate((pane) => pane.scrollTop)).toBe(333);
});

test('a cancelled time is offered to who waits, and filled in two clicks', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await page.evaluate((own) => {
    const { visits, waitlist, services } = window.petrelWorld!.memory;
    const consultation = services.find(({ name }) => name === 'Consultation')!.id;
    visits.find((kept) => kept.id === own)!.service_id = consultation;
    Object.assign(waitlist[0]!, { service_id: consultation, requested_on: null });
    window.petrelWorld!.changed(['appointments', 'waitlist_entries']);
  }, id);
  await page.locator(`[data-id="${id}"]`).click();
  await page.getByTestId('visit-cancel').click();
  await page.getByRole('button', { name: 'Illness' }).click();
  await page.getByTestId('cancel-confirm').click();
  await expect(page.getByTestId('waitlist-match').first()).toBeVisible();
  expect((await stored(page, id)).cancellation_reason).toBe('Illness');
  await page.getByTestId('fill').first().click();
  await expect(page.getByText('has the time')).toBeVisible();
});

test('rescheduling to another day goes through the dialog', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await page.locator(`[data-id="${id}"]`).click();
  await rescheduleOpen(page);
  await expect(page.getByText('Rescheduled to')).toBeVisible();
  const next = (await stored(page, id)).next_appointment_id!;
  expect((await stored(page, next)).reschedule_count).toBe(1);
});

test('a time that cannot be read moves nothing, and stays to be mended', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  const before = await stored(page, id);
  await page.locator(`[data-id="${id}"]`).click();
  await page.getByTestId('visit-move').click();
  const time = page.getByTestId('move-dialog').getByTestId('move-time');
  await time.fill('noonish');
  await page.getByTestId('move-confirm').click();
  await expect(page.getByTestId('move-dialog')).toContainText('noonish');
  await expect(time).toHaveValue('noonish');
  expect(await stored(page, id)).toEqual(before);
});

test('a client is told only after the words were seen', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await page.locator(`[data-id="${id}"]`).click();
  await page.getByTestId('visit-menu').click();
  await page.getByRole('menuitem', { name: 'Notify client' }).click();
  await expect(page.getByTestId('notify-dialog').getByRole('textbox')).toHaveValue(/visit on/);
  await page.getByTestId('notify-send').click();
  await expect(page.getByText('The message waits to be sent.')).toBeVisible();
});

test('what was being typed is offered again after a crash', async ({ page }) => {
  await openDesk(page, '/?book=new#/schedule');
  await page.getByTestId('booking-reason').fill('Swallowed a sock');
  await expect.poll(() => page.evaluate(() => window.petrelWorld!.memory.drafts.booking ?? '')).toContain('sock');
  const draft = await page.evaluate(() => window.petrelWorld!.memory.drafts.booking!);
  await page.addInitScript((kept) => (window.petrelWorld!.memory.drafts.booking = kept), draft);
  await page.reload();
  await page.getByTestId('booking-draft').getByRole('button', { name: 'Go on with it' }).click();
  await expect(page.getByTestId('booking-reason')).toHaveValue('Swallowed a sock');
});

test('a new client and pet are made while booking', async ({ page }) => {
  await openDesk(page, '/?book=new#/schedule');
  await page.getByTestId('booking-search').fill('Zoe Quintana');
  await page.getByTestId('booking-new-client').click();
  await page.getByTestId('quick-phone').fill('611 999 888');
  await page.getByTestId('quick-pet').fill('Pixel');
  await page.getByTestId('quick-save').click();
  await expect(page.getByTestId('booking-client')).toHaveText('Zoe Quintana');
  await expect(page.getByTestId('booking-pet')).toContainText('Pixel');
  await page.getByTestId('booking-save').click();
  await expect(page.getByText('Booked:')).toBeVisible();
});

test('the keys of the calendar', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const title = page.getByTestId('schedule-title');
  await expect(title).toHaveText('Friday, 20 November 2026');
  await page.keyboard.press('j');
  await expect(title).toHaveText('Saturday, 21 November 2026');
  await page.keyboard.press('t');
  await expect(title).toHaveText('Friday, 20 November 2026');
  await page.keyboard.press('w');
  await expect(title).toHaveText(/16.22 Nov 2026/);
  await page.keyboard.press('m');
  await expect(title).toHaveText('November 2026');
  await page.locator('[data-date="2026-11-05"]').click();
  await expect(title).toHaveText('Thursday, 5 November 2026');
  await page.goBack();
  await expect(title).toHaveText('November 2026');
  await page.keyboard.press('?');
  await expect(page.getByTestId('shortcut-sheet')).toContainText('Show the week');
});

test('two steps at once are two days', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const title = page.getByTestId('schedule-title');
  await expect(title).toHaveText('Friday, 20 November 2026');
  const twice = (button: HTMLElement) => [0, 1].forEach(() => button.click());
  await page.getByTestId('next').evaluate(twice);
  await expect(title).toHaveText('Sunday, 22 November 2026');
  await page.getByTestId('next').evaluate(twice);
  await expect(title).toHaveText('Tuesday, 24 November 2026');
});

test('a day of 25 hours has 25 hours, and a week shows nine at nine', async ({ page }) => {
  await openDesk(page, '/?date=2026-10-25#/schedule');
  await expect(page.locator('.board-tick')).toHaveCount(24);
  expect(await page.getByTestId('board-body').evaluate((body) => body.clientHeight)).toBe(25 * 60 * 1.6);
  await page.goto('/?date=2026-10-25&view=week&staff=all#/schedule');
  await expect(page.locator('.board-tick')).toHaveCount(23);
});

test('today: check in, start, complete and hand over from the board', async ({ page }) => {
  await openDesk(page, '/#/today');
  const card = page.getByTestId('lane-expected').getByTestId('today-card').first();
  const id = await card.getAttribute('data-id');
  await card.getByTestId('today-next').click();
  const arrived = page.getByTestId('lane-arrived').locator(`[data-id="${id}"]`);
  await expect(arrived.getByTestId('time-in-status')).toHaveText('waiting 0 min');
  await arrived.getByTestId('today-next').click();
  await page.getByTestId('lane-in_progress').locator(`[data-id="${id}"]`).getByTestId('today-next').click();
  // Who is done waits for pick-up, and is gone only then.
  const ready = page.getByTestId('lane-ready').locator(`[data-id="${id}"]`);
  await expect(ready.getByTestId('time-in-status')).toHaveText('waiting 0 min');
  await expect(page.getByTestId('lane-ready').getByTestId('today-card').last()).toHaveAttribute('data-id', id!);
  await ready.getByTestId('today-picked-up').click();
  const gone = page.getByTestId('lane-gone').locator(`[data-id="${id}"]`);
  await expect(gone.getByTestId('picked-up-at')).toHaveText('picked up 10:12');
  await expect(gone.getByRole('button', { name: 'Picked up' })).toHaveCount(0);
  await page.getByText('was picked up.').locator('xpath=ancestor::li').getByRole('button', { name: 'Undo' }).click();
  await expect(ready).toBeVisible();
});

test('a pick-up is said, seen and taken back in the panel; what did not take place stands apart', async ({ page }) => {
  await openDesk(page, '/#/today');
  const lane = page.getByTestId('lane-gone');
  const panel = page.getByTestId('visit-panel');
  await page.getByTestId('lane-expected').getByTestId('today-card').first().locator('button').first().click();
  await panel.getByTestId('visit-menu').click();
  await page.getByRole('menuitem', { name: 'Did not come' }).click();
  await expect(lane.getByTestId('not-seen')).toHaveText('Did not come or cancelled');
  const absent = lane.getByTestId('not-seen').locator('xpath=following-sibling::li').getByTestId('today-card');
  await expect(absent).toHaveCount(1);
  await expect(absent.getByTestId('status-chip')).toHaveText('Did not come');
  const card = page.getByTestId('lane-ready').getByTestId('today-card').first();
  const id = await card.getAttribute('data-id');
  await card.locator('button').first().click();
  await expect(panel).toContainText('waiting for pick-up for');
  await panel.getByTestId('visit-picked-up').click();
  await expect(panel.getByTestId('visit-picked-up-at')).toHaveText('10:12');
  await expect(panel.getByTestId('visit-picked-up')).toHaveCount(0);
  await expect(lane.locator(`[data-id="${id}"]`)).toBeVisible();
  await panel.getByTestId('visit-menu').click();
  await page.getByRole('menuitem', { name: 'Not picked up yet' }).click();
  await expect(page.getByTestId('lane-ready').locator(`[data-id="${id}"]`)).toBeVisible();
  await expect(panel.getByTestId('visit-picked-up')).toBeVisible();
});

test('a walk-in is booked for now and stands among the arrived', async ({ page }) => {
  await openDesk(page, '/#/today');
  await page.getByTestId('walk-in').click();
  await expect(page.getByTestId('booking-time')).toHaveValue('10:15');
  await expect(page.getByTestId('booking-walk-in')).toBeChecked();
});

test('the day sheet is printed from the board and from today, of everybody or of one colleague', async ({ page }) => {
  const printed = () => page.evaluate(() => window.petrelWorld!.memory.printed);
  await openDesk(page, '/#/schedule');
  await page.getByTestId('schedule-menu').click();
  await page.getByRole('menuitem', { name: 'Print the day sheet' }).click();
  await expect(page.getByText('Day sheet saved: /home/desk/Documents/day-sheet.pdf')).toBeVisible();
  expect((await printed())!.date).toBe('2026-11-20');
  await page.goto('/#/today');
  const staff = await page.evaluate(() => window.petrelWorld!.memory.staff[1]!.id);
  await page.goto(`/?staff=${staff}#/today`);
  await page.getByTestId('print-day-sheet').click();
  await expect.poll(async () => (await printed())?.staff).toBe(staff);
});
