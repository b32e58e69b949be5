import type { Page } from '@playwright/test';
import { expect, expectAccessible, openDesk, test } from './desk';
import { clearTheWay, movable, moveByKey, placeAt, stored } from './visits';

const QUARTER = 15 * 60_000;
const visit = (page: Page, id: string) => page.locator(`[data-testid="visit"][data-id="${id}"]`);
const ghost = (page: Page) => page.getByTestId('ghost');

/** Two visits of two colleagues and no other. */
async function two(page: Page): Promise<[string, string]> {
  const id = await movable(page);
  const other = await page.evaluate((own) => {
    const { memory } = window.petrelWorld!;
    const kept = memory.visits.find((each) => each.id === own)!;
    const staff_id = memory.hours.find((each) => each.staff_id !== kept.staff_id && each.day_of_week === 5)!.staff_id;
    const beside = { ...kept, id: 'beside', staff_id };
    window.petrelWorld!.elsewhere(['appointments'], () => (memory.visits = [kept, beside]));
    return beside.id;
  }, id);
  await expect(page.getByTestId('visit')).toHaveCount(2);
  return [id, other];
}

test('the keys go on with a visit that was moved to another day, and with no other', async ({ page }) => {
  await openDesk(page, '/?view=week&staff=all#/schedule');
  const id = await movable(page);
  await clearTheWay(page, id);
  const others = () =>
    page.evaluate((own) => {
      const all = window.petrelWorld!.memory.visits;
      const chain = new Set([own]);
      for (const each of all)
        if (each.previous_appointment_id && chain.has(each.previous_appointment_id)) chain.add(each.id);
      return all
        .filter((each) => !chain.has(each.id))
        .map(({ id: each, starts_at, status }) => [each, starts_at, status]);
    }, id);
  const before = await others();
  await moveByKey(page, id, 'ArrowLeft');
  await expect.poll(async () => (await stored(page, id)).next_appointment_id).not.toBeNull();
  const next = (await stored(page, id)).next_appointment_id!;
  await expect(visit(page, next)).toBeFocused();
  await page.keyboard.down('Alt');
  await page.keyboard.press('ArrowLeft');
  await expect(page.locator(`[data-id="${next}"]`)).toHaveAttribute('data-dragged', 'true');
  await page.keyboard.up('Alt');
  await expect.poll(async () => (await stored(page, next)).next_appointment_id).not.toBeNull();
  const last = (await stored(page, next)).next_appointment_id!;
  await expect(visit(page, last)).toBeFocused();
  expect((await stored(page, last)).starts_at).toBe((await stored(page, id)).starts_at - 2 * 86_400_000);
  expect(await others()).toEqual(before);
});

test('the keys go on with a visit whose move had to be confirmed', async ({ page }) => {
  await openDesk(page, '/?view=week&staff=all#/schedule');
  const id = await movable(page);
  await page.evaluate(() => {
    const { memory } = window.petrelWorld!;
    memory.hours = memory.hours.filter(({ day_of_week }) => day_of_week === 5);
  });
  await moveByKey(page, id, 'ArrowLeft');
  // Each reason is asked by itself: that the time is taken, and that nobody works then.
  const question = page.getByTestId('conflict-dialog');
  await expect(question).toContainText('taken');
  await page.getByTestId('overbook').click();
  await expect(question).toContainText('outside working hours');
  await page.getByTestId('overbook').click();
  await expect(page.getByText('Rescheduled to')).toBeVisible();
  const next = (await stored(page, id)).next_appointment_id!;
  await expect(visit(page, next)).toBeFocused();
});

test('another visit does not take a place that was aimed at for the one before it', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const [id, other] = await two(page);
  const [before, beside] = [await stored(page, id), await stored(page, other)];
  await visit(page, id).focus();
  await page.keyboard.down('Alt');
  for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowDown');
  await expect(ghost(page)).toBeVisible();
  await visit(page, other).click();
  await visit(page, other).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.up('Alt');
  await expect.poll(async () => (await stored(page, other)).starts_at).toBe(beside.starts_at + QUARTER);
  expect((await stored(page, other)).staff_id).toBe(beside.staff_id);
  expect(await stored(page, id)).toEqual(before);
});

test('what was aimed at is let go where another window takes the keys', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const [id] = await two(page);
  const before = await stored(page, id);
  await visit(page, id).focus();
  await page.keyboard.down('Alt');
  await page.keyboard.press('ArrowDown');
  await expect(ghost(page)).toBeVisible();
  await page.evaluate(() => void window.dispatchEvent(new Event('blur')));
  await expect(ghost(page)).toHaveCount(0);
  await page.keyboard.up('Alt');
  // Enter opens it, then, and moves nothing.
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('visit-panel')).toBeVisible();
  expect(await stored(page, id)).toEqual(before);
});

test('no other visit takes the keys of one that another desk took away', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const [id, other] = await two(page);
  const beside = await stored(page, other);
  const both = await page.getByTestId('visit').evaluateAll((all) => all.map((each) => each.getAttribute('data-id')));
  // The first of them: its button shows the other one then.
  const first = both[0]!;
  await visit(page, first).focus();
  await page.evaluate(
    (gone) =>
      window.petrelWorld!.elsewhere(
        ['appointments'],
        ({ visits }) => (visits.find((each) => each.id === gone)!.status = 'cancelled'),
      ),
    first,
  );
  await expect(page.getByTestId('visit')).toHaveCount(1);
  await expect(page.getByTestId('board')).toBeFocused();
  await page.keyboard.press('Alt+ArrowDown');
  await expect(ghost(page)).toHaveCount(0);
  expect((await stored(page, first === id ? other : id)).starts_at).toBe(beside.starts_at);
});

test('the second click of a double click books nothing else, and opens no other visit', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  await page.getByTestId('visit').first().waitFor();
  const { x, y } = await placeAt(page, 3, 19);
  await page.mouse.click(x, y);
  await expect(page.getByTestId('booking-time')).toHaveValue('19:00');
  const whose = await page.getByTestId('booking-staff').textContent();
  // By now the columns are narrower: another colleague’s lies here.
  const under = await page.evaluate(
    ([at]) => {
      const body = document.querySelector('[data-testid="board-body"]')!.getBoundingClientRect();
      const columns = document.querySelectorAll('[data-testid="board-column"]').length;
      return Math.floor(((at! - body.left) / body.width) * columns);
    },
    [x],
  );
  expect(under).not.toBe(3);
  await page.mouse.down({ clickCount: 2 });
  await page.mouse.up({ clickCount: 2 });
  await page.evaluate(() => new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown))));
  await expect(page.getByTestId('booking-staff')).toHaveText(whose!);
});

test('the second click of a double click on a card of today opens no other card', async ({ page }) => {
  await openDesk(page, '/#/today');
  const cards = page.getByTestId('today-card');
  await cards.first().waitFor();
  const [first, second] = [await cards.nth(0).getAttribute('data-id'), await cards.nth(1).getAttribute('data-id')];
  await cards.nth(0).getByRole('button').first().click();
  await expect(page).toHaveURL(new RegExp(`visit=${first}`));
  await page
    .locator(`[data-testid="today-card"][data-id="${second}"]`)
    .getByRole('button')
    .first()
    .evaluate((button) => button.dispatchEvent(new MouseEvent('click', { bubbles: true, detail: 2 })));
  await expect(page).toHaveURL(new RegExp(`visit=${first}`));
});

test('Escape gives up a drag, and letting go of the button then books nothing', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  const before = await stored(page, id);
  const free = await placeAt(page, 1, 19);
  await page.mouse.move(free.x, free.y);
  await page.mouse.down();
  await page.mouse.move(free.x, free.y + 60, { steps: 4 });
  await expect(ghost(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(ghost(page)).toHaveCount(0);
  await page.mouse.up();
  await expect(page).not.toHaveURL(/book=new/);
  await expect(page.getByTestId('booking-panel')).toHaveCount(0);

  await visit(page, id).scrollIntoViewIfNeeded();
  const box = (await visit(page, id).boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + 6);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + 60, { steps: 4 });
  await expect(ghost(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await expect(page).not.toHaveURL(/book=new|visit=/);
  expect(await stored(page, id)).toEqual(before);
  // The next click is one again.
  await visit(page, id).click();
  await expect(page.getByTestId('visit-panel')).toBeVisible();
});

test.describe('a free time is chosen by keyboard', () => {
  const live = (page: Page) => page.getByTestId('board-live');

  test('over the columns and the day, made longer, and booked', async ({ page }) => {
    await openDesk(page, '/#/schedule');
    await page.getByTestId('visit').first().waitFor();
    await page.keyboard.press('b');
    await expect(page.getByTestId('board')).toBeFocused();
    await expect(live(page)).toHaveText('10:15–10:45 · Carmen Ruiz');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await expect(ghost(page)).toHaveText('10:30–11:00 · Marc Vidal');
    await expect(live(page)).toHaveText('10:30–11:00 · Marc Vidal');
    await page.keyboard.press('Shift+ArrowDown');
    await expect(live(page)).toHaveText('10:30–11:15 · Marc Vidal');
    await expectAccessible(page);
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('booking-search')).toBeFocused();
    await expect(page.getByTestId('booking-time')).toHaveValue('10:30');
    await expect(page.getByTestId('booking-staff')).toContainText('Marc Vidal');
    await expect(page.getByTestId('booking-duration')).toHaveValue('45 min');
    // Who closes it goes on where they were.
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('board')).toBeFocused();
    await expect(ghost(page)).toHaveCount(0);
    await page.keyboard.press('ArrowDown');
    await expect(live(page)).toHaveText('10:30–11:15 · Marc Vidal');
    await page.keyboard.press('Escape');
    await expect(ghost(page)).toHaveCount(0);
    await page.keyboard.press('ArrowDown');
    await expect(live(page)).toHaveText('10:15–10:45 · Carmen Ruiz');
  });

  test('in the week over its days, and stays in sight', async ({ page }) => {
    await openDesk(page, '/?view=week&staff=all#/schedule');
    await page.getByTestId('visit').first().waitFor();
    await page.getByTestId('board').focus();
    await page.keyboard.press('ArrowDown');
    await expect(live(page)).toHaveText(/^10:15–10:45 · Fri 20/);
    await page.keyboard.press('ArrowLeft');
    for (let step = 0; step < 40; step++) await page.keyboard.press('ArrowDown');
    await expect(ghost(page)).toHaveText(/^20:15–20:45 · Thu 19/);
    await expect(ghost(page)).toBeInViewport();
    // Keys of the calendar are heard all the same.
    await page.keyboard.press('k');
    await expect(ghost(page)).toHaveText(/^20:15–20:45 · Thu 12/);
    await page.keyboard.press('?');
    await expect(page.getByTestId('shortcut-sheet')).toContainText('Choose a free time');
  });
});
