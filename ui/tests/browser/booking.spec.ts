import type { Page } from '@playwright/test';
import { askedOf, watchCommands } from './commands';
import { expect, expectAccessible, openDesk, test } from './desk';
import { aClient } from './people';

/** Clicks free time on the board: seven in the evening, when nobody works. */
async function clickFree(page: Page, column: number): Promise<void> {
  await page.getByTestId('visit').first().waitFor();
  const body = page.getByTestId('board-body');
  const columns = await page.getByTestId('board-column').count();
  await page.getByTestId('board').evaluate((pane) => (pane.scrollTop = 17 * 60 * 1.6));
  const box = (await body.boundingBox())!;
  await page.mouse.click(box.x + (box.width / columns) * (column + 0.5), box.y + 19 * 60 * 1.6 + 4);
  await expect(page.getByTestId('booking-time')).toHaveValue('19:00');
}

/** Finds a client in the booking panel, which is where the focus is. */
async function chooseClient(page: Page, name: string): Promise<void> {
  await page.getByTestId('booking-search').fill(name);
  await page.getByRole('option').first().click();
  await expect(page.getByTestId('booking-client')).toBeVisible();
}

/** Books, where nobody works, too. */
async function bookAnyway(page: Page): Promise<void> {
  await page.getByTestId('booking-save').click();
  await page.getByTestId('overbook').or(page.getByText('Booked:')).first().waitFor();
  if (await page.getByTestId('overbook').isVisible()) await page.getByTestId('overbook').click();
  await expect(page.getByTestId('booking-panel')).toBeHidden();
}

/** Begins a booking where nobody works today or tomorrow: it stands on Monday. */
async function beginOnMonday(page: Page): Promise<void> {
  await page.getByTestId('visit').first().waitFor();
  await page.evaluate(() => {
    const { memory } = window.petrelWorld!;
    memory.hours = memory.hours.filter(({ day_of_week }) => day_of_week !== 5 && day_of_week !== 6);
  });
  await page.keyboard.press('c');
  await expect(page.getByTestId('booking-date')).toContainText('23 Nov 2026');
}

const visitCount = (page: Page) => page.evaluate(() => window.petrelWorld!.memory.visits.length);

test('whom a search finds is a list of hits and has no violation', async ({ page }) => {
  await openDesk(page, '/?book=new#/schedule');
  await page.getByTestId('booking-search').fill('a');
  await page.getByRole('option').first().waitFor();
  await expect(page.getByTestId('booking-new-client')).toBeVisible();
  await expectAccessible(page);
});

test('a place that was booked is not where the next booking stands', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  await clickFree(page, 1);
  await expect(page.getByTestId('booking-staff')).toContainText('Marc Vidal');
  await chooseClient(page, 'garcia');
  await bookAnyway(page);
  await page.keyboard.press('c');
  await page.getByTestId('free-slot').first().waitFor();
  await expect(page.getByTestId('booking-staff')).toContainText('Anyone');
  await expect(page.getByTestId('booking-time')).not.toHaveValue('19:00');
});

test('who is booked after a walk-in is no walk-in', async ({ page }) => {
  await openDesk(page, '/#/today');
  await page.getByTestId('walk-in').click();
  await expect(page.getByTestId('booking-walk-in')).toBeChecked();
  await chooseClient(page, 'garcia');
  await bookAnyway(page);
  await page.keyboard.press('c');
  await page.getByTestId('free-slot').first().waitFor();
  await expect(page.getByTestId('booking-walk-in')).not.toBeChecked();
});

test('a booking begins on the day that is looked at, and a walk-in today', async ({ page }) => {
  await openDesk(page, '/?date=2026-11-24#/schedule');
  await page.getByTestId('visit').first().waitFor();
  await page.keyboard.press('c');
  await expect(page.getByTestId('booking-date')).toContainText('24 Nov 2026');
  await page.getByTestId('booking-walk-in').check();
  await expect(page.getByTestId('booking-date')).toContainText('20 Nov 2026');
  // A day that is over is none to book on.
  await page.goto('/?date=2026-11-12&book=new#/schedule');
  await expect(page.getByTestId('booking-date')).toContainText('20 Nov 2026');
});

test('who called before is not who is booked next', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await aClient(page, 'family');
  await page.goto(`/#/clients/${id}`);
  await page.getByTestId('book-client').click();
  await expect(page.getByTestId('booking-client')).toBeVisible();
  await page.getByTestId('visit').first().click();
  await expect(page.getByTestId('visit-panel')).toBeVisible();
  await page.getByTestId('panel-close').click();
  // The focus goes back to the visit, which may scroll the board.
  await expect(page.getByTestId('visit').first()).toBeFocused();
  await clickFree(page, 1);
  await expect(page.getByTestId('booking-search')).toBeVisible();
});

test('another place keeps the client and the pets that were chosen', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await aClient(page, 'family');
  await page.goto(`/?book=new&client=${id}#/schedule`);
  const pets = page.getByTestId('booking-pet').locator('input');
  await pets.first().check();
  await pets.nth(1).check();
  // Another day, and a place on it.
  await page.keyboard.press('j');
  await expect(page.getByTestId('schedule-title')).toContainText('21 November');
  await page.keyboard.press('k');
  await clickFree(page, 1);
  await expect(pets.nth(1)).toBeChecked();
  await page.getByRole('button', { name: 'Another client' }).click();
  await chooseClient(page, 'romero');
  await clickFree(page, 0);
  await expect(page.getByTestId('booking-client')).toContainText('Romero');
});

test('a time that is typed is on the day that is shown', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  await beginOnMonday(page);
  await page.getByTestId('booking-time').fill('10:00');
  await page.getByTestId('booking-time').press('Tab');
  await expect(page.getByTestId('booking-date')).toContainText('23 Nov 2026');
  await expect(page.getByTestId('booking-save')).toContainText('23 Nov');
  await expect(page.getByTestId('booking-save')).toContainText('10:00');
});

test('a repetition begins on the weekday that is shown', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  await beginOnMonday(page);
  await page.getByTestId('repeat').click();
  await page.getByRole('option', { name: 'Weekly' }).click();
  await expect(page.getByTestId('repeat-words')).toContainText('Mon');
  // Who would rather come the day after comes on that weekday.
  await page.getByTestId('booking-date').click();
  await page.getByRole('button', { name: /24 November 2026/ }).click();
  await expect(page.getByTestId('booking-date')).toContainText('24 Nov 2026');
  await expect(page.getByTestId('repeat-words')).toContainText('Tue');
  await expect(page.getByTestId('repeat-words')).not.toContainText('Mon');
});

/** A booking that could be made as it stands. Answers how many visits there are before it. */
async function beginBooking(page: Page): Promise<number> {
  await openDesk(page, '/#/schedule');
  await page.getByTestId('visit').first().waitFor();
  const before = await visitCount(page);
  await page.keyboard.press('c');
  await chooseClient(page, 'romero');
  await expect(page.getByTestId('booking-save')).toBeEnabled();
  return before;
}

test('Ctrl+Enter books the time and the length that were just typed', async ({ page }) => {
  const before = await beginBooking(page);
  const first = await page.getByTestId('booking-time').inputValue();
  await page.getByTestId('booking-time').fill('19:20');
  await page.keyboard.press('Control+Enter');
  // The time that was typed, at which nobody works; the focus stays where it was.
  await expect(page.getByTestId('booking-refusal')).toContainText('outside working hours');
  await expect(page.getByTestId('booking-time')).toBeFocused();
  await page.getByTestId('booking-time').fill(first);
  await page.getByTestId('booking-duration').fill('20');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByText('Booked:')).toBeVisible();
  const booked = await page.evaluate((known) => window.petrelWorld!.memory.visits.slice(known), before);
  expect(booked.map(({ starts_at, ends_at }) => (ends_at - starts_at) / 60_000)).toEqual([20]);
});

test('Ctrl+Enter books nothing while the time or the length cannot be read', async ({ page }) => {
  const before = await beginBooking(page);
  await page.getByTestId('booking-time').fill('1o:30');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByTestId('booking-panel')).toContainText('1o:30');
  await expect(page.getByTestId('booking-time')).toHaveValue('1o:30');
  await expect(page.getByTestId('booking-time')).toBeFocused();
  expect(await visitCount(page)).toBe(before);
});

test('what blocks time comes back with its title', async ({ page }) => {
  await openDesk(page, '/?book=new#/schedule');
  await page.getByTestId('booking-block').click();
  await page.getByTestId('booking-block-title').fill('Team meeting');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('booking-panel')).toBeHidden();
  await page.keyboard.press('c');
  await page.getByTestId('booking-draft').getByRole('button', { name: 'Go on with it' }).click();
  await expect(page.getByTestId('booking-block-title')).toHaveValue('Team meeting');
});

/** Types a client whom the clinic does not know into the booking panel, with a pet. */
async function typeNewClient(page: Page): Promise<void> {
  await page.getByTestId('booking-search').fill('nerea zubiri');
  await page.getByTestId('booking-new-client').click();
  await page.getByTestId('quick-phone').fill('+34 612 345 678');
  await page.getByTestId('quick-pet').fill('Txiki');
}

test('a new client who was typed beside a booking comes back with it', async ({ page }) => {
  await openDesk(page, '/?book=new#/schedule');
  await typeNewClient(page);
  await page
    .getByTestId('quick-client')
    .getByRole('combobox', { name: /Species/ })
    .click();
  await page.getByRole('option', { name: 'Cat' }).click();
  await page.getByTestId('quick-pet').press('Escape');
  await expect(page.getByTestId('booking-panel')).toBeHidden();
  await page.keyboard.press('c');
  const left = page.getByTestId('booking-draft');
  await expect(left).toContainText('Nerea Zubiri');
  await left.getByRole('button', { name: 'Go on with it' }).click();
  await expect(page.getByTestId('quick-first')).toHaveValue('Nerea');
  await expect(page.getByTestId('quick-last')).toHaveValue('Zubiri');
  await expect(page.getByTestId('quick-phone')).toHaveValue('+34 612 345 678');
  await expect(page.getByTestId('quick-pet')).toHaveValue('Txiki');
  await page.getByTestId('quick-save').click();
  await expect(page.getByTestId('booking-client')).toHaveText('Nerea Zubiri');
  await expect(page.getByTestId('booking-pet')).toHaveText('Txiki');
  const made = await page.evaluate(() => window.petrelWorld!.memory.pets.find(({ name }) => name === 'Txiki')!.species);
  expect(made).toBe('cat');
});

test('where only the pet of a new client is refused, the next press makes no second client', async ({ page }) => {
  await openDesk(page, '/?book=new#/schedule');
  await typeNewClient(page);
  await watchCommands(page, { refused: { create_pet: 'disk_full' } });
  await page.getByTestId('quick-save').click();
  await expect(page.getByTestId('quick-client').getByRole('alert')).toContainText('The disk is full');
  // The panel may be closed in between, and the name set right.
  await page.getByTestId('quick-pet').press('Escape');
  await expect(page.getByTestId('booking-panel')).toBeHidden();
  await page.keyboard.press('c');
  await page.getByTestId('booking-draft').getByRole('button', { name: 'Go on with it' }).click();
  await page.getByTestId('quick-last').fill('Zubiri Etxea');
  await page.evaluate(() => (window.petrelCommands!.refused = {}));
  await page.getByTestId('quick-save').click();
  await expect(page.getByTestId('booking-pet')).toHaveText('Txiki');
  expect(await askedOf(page, 'create_client')).toMatchObject({ times: 1 });
  const named = await page.evaluate(() =>
    window
      .petrelWorld!.memory.clients.filter(({ first_name }) => first_name === 'Nerea')
      .map(({ last_name }) => last_name),
  );
  expect(named).toEqual(['Zubiri Etxea']);
});

test('Escape closes an open list first, and then the panel', async ({ page }) => {
  await openDesk(page, '/?book=new#/schedule');
  await page.getByTestId('booking-service').click();
  await expect(page.getByRole('listbox')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('listbox')).toBeHidden();
  await expect(page.getByTestId('booking-panel')).toBeVisible();
  await page.getByTestId('booking-search').fill('garcia');
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('option')).toHaveCount(0);
  await expect(page.getByTestId('booking-panel')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('booking-panel')).toBeHidden();
});

test('a booking that is closed is offered again, one that is thrown away is not', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await aClient(page, 'family');
  await page.keyboard.press('c');
  await chooseClient(page, 'romero');
  await page.getByTestId('booking-reason').fill('Swallowed a sock');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('booking-panel')).toBeHidden();
  await expect.poll(() => page.evaluate(() => window.petrelWorld!.memory.drafts.booking ?? '')).toContain('sock');

  // Looking at another client's booking does not take it away.
  await page.goto(`/#/clients/${id}`);
  await page.getByTestId('book-client').click();
  await expect(page.getByTestId('booking-client')).toContainText('Bennett');
  await expect(page.getByTestId('booking-draft')).toContainText('Romero');
  await page.getByTestId('panel-close').click();
  await expect(page.getByTestId('booking-panel')).toBeHidden();
  expect(await page.evaluate(() => window.petrelWorld!.memory.drafts.booking ?? '')).toContain('sock');

  await page.keyboard.press('c');
  await page.getByTestId('booking-draft').getByRole('button', { name: 'Go on with it' }).click();
  await expect(page.getByTestId('booking-reason')).toHaveValue('Swallowed a sock');
  await expect(page.getByTestId('booking-client')).toContainText('Romero');
  await page.getByTestId('booking-discard').click();
  await expect(page.getByTestId('booking-panel')).toBeHidden();
  await page.keyboard.press('c');
  await page.getByTestId('free-slot').first().waitFor();
  await expect(page.getByTestId('booking-draft')).toHaveCount(0);
  expect(await page.evaluate(() => window.petrelWorld!.memory.drafts.booking ?? '')).toBe('');
});

/** Leaves a booking for Romero, who swallowed a sock, and opens the next. */
async function leaveOne(page: Page): Promise<void> {
  await openDesk(page, '/#/schedule');
  await page.getByTestId('visit').first().waitFor();
  await page.keyboard.press('c');
  await chooseClient(page, 'romero');
  await page.getByTestId('booking-reason').fill('Swallowed a sock');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('booking-panel')).toBeHidden();
  await page.keyboard.press('c');
  await expect(page.getByTestId('booking-draft')).toContainText('Romero');
}
const keptDraft = (page: Page) => page.evaluate(() => window.petrelWorld!.memory.drafts.booking ?? '');
const goOn = (page: Page) => page.getByTestId('booking-draft').getByRole('button', { name: 'Go on with it' }).click();

test('a booking that was left stays to be taken up whatever is typed over it', async ({ page }) => {
  await leaveOne(page);
  const [reason, notice] = [page.getByTestId('booking-reason'), page.getByTestId('booking-draft')];
  await reason.fill('Limps');
  await chooseClient(page, 'garcia');
  const client = await page.getByTestId('booking-client').innerText();
  await expect.poll(() => keptDraft(page)).toContain('Limps');
  expect(await keptDraft(page)).toContain('Swallowed a sock');
  await expect(notice).toContainText('Romero');
  await reason.press('Escape');
  await expect(page.getByTestId('booking-panel')).toBeHidden();
  // The last that was left is offered first, and then the one before it.
  await page.keyboard.press('c');
  await expect(notice).toContainText(client);
  await goOn(page);
  await expect(reason).toHaveValue('Limps');
  await expect(notice).toContainText('Romero');
  await page.getByTestId('booking-save').click();
  await expect(page.getByText('Booked:')).toBeVisible();
  await page.keyboard.press('c');
  await goOn(page);
  await expect(reason).toHaveValue('Swallowed a sock');
  await expect(notice).toHaveCount(0);
});

test('what is typed gives way to a booking that was left, and is offered in its turn', async ({ page }) => {
  await leaveOne(page);
  const [reason, notice] = [page.getByTestId('booking-reason'), page.getByTestId('booking-draft')];
  await page.getByTestId('booking-block').click();
  await page.getByTestId('booking-block-title').fill('Team meeting');
  await goOn(page);
  await expect(page.getByTestId('booking-client')).toContainText('Romero');
  await expect(reason).toHaveValue('Swallowed a sock');
  await expect(notice).toContainText('Team meeting');
  await goOn(page);
  await expect(page.getByTestId('booking-block-title')).toHaveValue('Team meeting');
  await expect(notice).toContainText('Romero');
  await notice.getByRole('button', { name: 'Discard' }).click();
  await expect(notice).toHaveCount(0);
  await expect.poll(() => keptDraft(page)).not.toContain('sock');
  expect(await keptDraft(page)).toContain('Team meeting');
});

test('what is typed and stands in the booking that was left is not offered twice', async ({ page }) => {
  await leaveOne(page);
  await page.getByTestId('booking-reason').fill('Swallowed');
  await chooseClient(page, 'romero');
  await goOn(page);
  await expect(page.getByTestId('booking-reason')).toHaveValue('Swallowed a sock');
  await expect(page.getByTestId('booking-draft')).toHaveCount(0);
});

test('a walk-in that comes again arrives once', async ({ page }) => {
  await openDesk(page, '/#/today');
  const before = await visitCount(page);
  await page.getByTestId('walk-in').click();
  await chooseClient(page, 'garcia');
  await page.getByTestId('repeat').click();
  await page.getByRole('option', { name: 'Weekly' }).click();
  await bookAnyway(page);
  const statuses = await page.evaluate(
    (known) => window.petrelWorld!.memory.visits.slice(known).map(({ status }) => status),
    before,
  );
  expect(statuses.length).toBeGreaterThan(1);
  expect(statuses[0]).toBe('checked_in');
  expect(new Set(statuses.slice(1))).toEqual(new Set(['confirmed']));
});

test('who walked in and comes another day after all is no walk-in, and has not arrived', async ({ page }) => {
  await openDesk(page, '/#/today');
  const before = await visitCount(page);
  await page.getByTestId('walk-in').click();
  await chooseClient(page, 'garcia');
  await page.getByTestId('booking-time').fill('19:20');
  await page.getByTestId('booking-time').press('Tab');
  await expect(page.getByTestId('booking-walk-in')).toBeChecked();
  await page.getByTestId('booking-date').click();
  await page.getByRole('button', { name: /24 November 2026/ }).click();
  await expect(page.getByTestId('booking-save')).toContainText('24 Nov');
  await bookAnyway(page);
  await expect(page.getByText('Booked:')).toBeVisible();
  const booked = await page.evaluate((known) => window.petrelWorld!.memory.visits.slice(known), before);
  expect(booked.map(({ status, booking_method }) => [status, booking_method])).toEqual([['confirmed', 'phone']]);
});

/** A booking for two pets of a family on Monday at ten, refused for the second. Answers the colleagues, and how many visits there are before it. */
async function refuseSecond(page: Page): Promise<{ before: number; both: string[] }> {
  await openDesk(page, '/#/schedule');
  const id = await aClient(page, 'family');
  await page.goto(`/?book=new&client=${id}&date=2026-11-23#/schedule`);
  await page.getByTestId('visit').first().waitFor();
  const before = await visitCount(page);
  // Of two colleagues who are free on Monday, the second is not from ten to eleven.
  const both = await page.evaluate(() => {
    const { staff, visits } = window.petrelWorld!.memory;
    const [one, other] = staff.filter(({ role }) => role === 'veterinarian').map(({ id: own }) => own);
    window.petrelWorld!.elsewhere(['appointments'], () => {
      for (const kept of visits) {
        if (new Date(kept.starts_at).toISOString().startsWith('2026-11-23')) kept.staff_id = staff[0]!.id;
      }
      const starts_at = Date.parse('2026-11-23T10:00:00+01:00');
      Object.assign(visits.at(-1)!, {
        staff_id: other,
        starts_at,
        ends_at: starts_at + 3_600_000,
        status: 'confirmed',
      });
    });
    return [one!, other!];
  });
  const pets = page.getByTestId('booking-pet');
  await pets.locator('input').first().check();
  await pets.locator('input').nth(1).check();
  const choose = async (line: number, name: string) => {
    await page.getByTestId('booking-panel').getByRole('combobox', { name: 'Colleague' }).nth(line).click();
    await page.getByRole('option', { name }).click();
  };
  await choose(0, 'Marc Vidal');
  await choose(1, 'Aisha Khan');
  await page.getByTestId('booking-time').fill('10:00');
  await page.getByTestId('booking-save').click();
  await expect(page.getByTestId('booking-refusal')).toContainText(`${(await pets.nth(1).innerText()).trim()}: `);
  return { before, both };
}

test('a time offered for the second pet of a family is that pet’s, with its colleague', async ({ page }) => {
  const { before, both } = await refuseSecond(page);
  await page.getByTestId('booking-refusal').getByRole('button', { name: /11:00/ }).click();
  await expect(page.getByTestId('booking-time')).toHaveValue('11:00');
  await page.getByTestId('booking-save').click();
  await expect(page.getByText('Booked:')).toBeVisible();
  const eleven = Date.parse('2026-11-23T11:00:00+01:00');
  const booked = await page.evaluate((known) => window.petrelWorld!.memory.visits.slice(known), before);
  expect(booked.map(({ staff_id, starts_at }) => [staff_id, starts_at])).toEqual(both.map((own) => [own, eleven]));
});

test('what was refused of one pet is not said of another, or of another client', async ({ page }) => {
  await refuseSecond(page);
  const refusal = page.getByTestId('booking-refusal');
  const first = page.getByTestId('booking-pet').locator('input').first();
  await first.uncheck();
  await expect(refusal).toHaveCount(0);
  await page.getByTestId('booking-save').click();
  await expect(refusal).toBeVisible();
  await first.check();
  await expect(refusal).toHaveCount(0);
  await page.getByTestId('booking-save').click();
  await expect(refusal).toBeVisible();
  await page.getByRole('button', { name: 'Another client' }).click();
  await expect(refusal).toHaveCount(0);
});

test('at a time that was typed, anyone is whoever is free then', async ({ page }) => {
  await openDesk(page, '/?date=2026-11-23#/schedule');
  await page.getByTestId('visit').first().waitFor();
  // On Monday the first of the colleagues has a visit at four, and nobody any other.
  const first = await page.evaluate(() => {
    const { memory } = window.petrelWorld!;
    const [kept] = memory.visits;
    const starts_at = Date.parse('2026-11-23T16:00:00+01:00');
    const of = memory.staff.find(
      ({ role, is_bookable }) => is_bookable && (role === 'owner' || role === 'veterinarian'),
    )!;
    const busy = { ...kept!, staff_id: of.id, starts_at, ends_at: starts_at + 3_600_000, status: 'confirmed' as const };
    window.petrelWorld!.elsewhere(['appointments'], () => (memory.visits = [busy]));
    return of.id;
  });
  await expect(page.getByTestId('visit')).toHaveCount(1);
  await page.keyboard.press('c');
  await chooseClient(page, 'romero');
  await expect(page.getByTestId('booking-staff')).toContainText('Anyone');
  await page.getByTestId('booking-time').fill('16:00');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByText('Booked:')).toBeVisible();
  const booked = await page.evaluate(() => window.petrelWorld!.memory.visits.at(-1)!);
  expect(booked.starts_at).toBe(Date.parse('2026-11-23T16:00:00+01:00'));
  expect(booked.staff_id).not.toBe(first);
});

test('a time at which nobody is free says so, whichever it is', async ({ page }) => {
  await openDesk(page, '/?date=2026-11-23&book=new#/schedule');
  await page.getByTestId('free-slot').first().waitFor();
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['appointments'], (memory) => {
      memory.visits = [];
    }),
  );
  const taken = page.getByText('This time is not free');
  await page.getByTestId('booking-time').fill('21:00');
  await page.getByTestId('booking-time').press('Tab');
  await expect(taken).toBeVisible();
  await page.getByTestId('booking-time').fill('17:05');
  await page.getByTestId('booking-time').press('Tab');
  await expect(page.getByTestId('booking-save')).toContainText('17:05');
  await expect(taken).toHaveCount(0);
});

test('Ctrl+Enter in a dialog books nothing behind it', async ({ page }) => {
  const before = await beginBooking(page);
  await watchCommands(page);
  await page.getByTestId('booking-save').focus();
  await page.keyboard.press('?');
  await expect(page.getByTestId('shortcut-sheet')).toBeVisible();
  await page.keyboard.press('Control+Enter');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('shortcut-sheet')).toHaveCount(0);
  expect(await askedOf(page, 'book_appointment')).toMatchObject({ times: 0 });
  expect(await visitCount(page)).toBe(before);
});

/** Chooses a service, or a colleague, in the booking panel. */
async function choose(page: Page, field: 'service' | 'staff', name: string): Promise<void> {
  await page.getByTestId(`booking-${field}`).click();
  await page.getByRole('option', { name, exact: true }).click();
}

test('what was answered outlasts another service, another colleague, and a pet that comes after all', async ({
  page,
}) => {
  await openDesk(page, '/#/schedule');
  const id = await aClient(page, 'family');
  await page.goto(`/?book=new&client=${id}&date=2026-11-23#/schedule`);
  const panel = page.getByTestId('booking-panel');
  const pets = page.getByTestId('booking-pet').locator('input');
  await pets.nth(0).check();
  await choose(page, 'service', 'Surgery');
  const weight = panel.getByLabel('Weight today (kg)');
  await weight.fill('12.5');
  await weight.press('Tab');
  await panel.getByRole('combobox', { name: 'Fasting since last night?' }).click();
  await page.getByRole('option', { name: 'Yes' }).click();
  await choose(page, 'service', 'Consultation');
  await expect(weight).toHaveCount(0);
  await choose(page, 'service', 'Surgery');
  await expect(weight).toHaveValue('12.5');
  // Who does no surgery has another service chosen.
  await choose(page, 'staff', 'Jon Etxeberria');
  await expect(weight).toHaveCount(0);
  await choose(page, 'service', 'Surgery');
  await expect(weight).toHaveValue('12.5');
  // The other pet comes instead of it, and then both.
  await pets.nth(1).check();
  await pets.nth(0).uncheck();
  await expect(weight).toHaveValue('');
  await pets.nth(0).check();
  await expect(weight.last()).toHaveValue('12.5');
  await pets.nth(1).uncheck();
  const before = await visitCount(page);
  await page.getByTestId('booking-time').fill('12:00');
  await page.getByTestId('booking-time').press('Tab');
  await bookAnyway(page);
  const booked = await page.evaluate((known) => window.petrelWorld!.memory.visits.slice(known), before);
  expect(booked.map(({ answers }) => answers.map(({ name, value }) => [name, value]))).toEqual([
    [
      ['Weight today (kg)', '12.5'],
      ['Fasting since last night?', 'yes'],
    ],
  ]);
});

test('a new booking leaves the board as it is: of one colleague, where that was chosen', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  await page.getByTestId('visit').first().waitFor();
  const marc = await page.evaluate(
    () => window.petrelWorld!.memory.staff.find(({ first_name }) => first_name === 'Marc')!.id,
  );
  await page.goto(`/?staff=${marc}#/schedule`);
  await expect(page.getByTestId('board-column')).toHaveCount(1);
  await page.keyboard.press('c');
  await expect(page.getByTestId('booking-panel')).toBeVisible();
  await expect(page.getByTestId('board-column')).toHaveCount(1);
  await expect(page.getByTestId('staff-filter')).toContainText('Marc Vidal');
});
