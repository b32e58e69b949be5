import { expect, type Page } from '@playwright/test';

/** A visit of the board's afternoon that may be moved, by id. */
export async function movable(page: Page): Promise<string> {
  await page.getByTestId('visit').first().waitFor();
  return page.evaluate(() => {
    const { memory } = window.petrelWorld!;
    const noon = Date.parse('2026-11-20T11:00:00+01:00');
    const end = Date.parse('2026-11-20T12:30:00+01:00');
    return memory.visits.find(
      ({ starts_at, ends_at, status }) =>
        starts_at >= noon && starts_at < end && ends_at - starts_at <= 3_600_000 && status === 'confirmed',
    )!.id;
  });
}

/** A visit as it is kept. */
export const stored = (page: Page, id: string) =>
  page.evaluate((wanted) => window.petrelWorld!.memory.visits.find((kept) => kept.id === wanted)!, id);

/** Nobody waits: no time that becomes free is offered. */
export const nobodyWaits = (page: Page): Promise<void> =>
  page.evaluate(() => window.petrelWorld!.elsewhere(['waitlist_entries'], (memory) => void (memory.waitlist = [])));

/** Nothing stands in the way of a visit: its colleague has no other. */
export const clearTheWay = (page: Page, id: string): Promise<void> =>
  page.evaluate((own) => {
    window.petrelWorld!.elsewhere(['appointments'], (memory) => {
      const { staff_id } = memory.visits.find((kept) => kept.id === own)!;
      memory.visits = memory.visits.filter((kept) => kept.id === own || kept.staff_id !== staff_id);
    });
  }, id);

/** Moves a visit on the board to the day before or after, or a step down. */
export async function moveByKey(page: Page, id: string, key: 'ArrowLeft' | 'ArrowRight' | 'ArrowDown'): Promise<void> {
  await page.locator(`[data-id="${id}"]`).focus();
  await page.keyboard.down('Alt');
  await page.keyboard.press(key);
  await page.keyboard.up('Alt');
}

/** A free place of a colleague, as pixels: the middle of the column at a wall time. */
export async function placeAt(
  page: Page,
  column: number,
  hours: number,
  isScrolled = true,
): Promise<{ x: number; y: number }> {
  const body = page.getByTestId('board-body');
  const columns = await page.getByTestId('board-column').count();
  const scroller = page.getByTestId('board');
  if (isScrolled) await scroller.evaluate((pane, top) => (pane.scrollTop = top), (hours - 2) * 60 * 1.6);
  const box = (await body.boundingBox())!;
  return { x: box.x + (box.width / columns) * (column + 0.5), y: box.y + hours * 60 * 1.6 };
}

/** Gives the visit that is open the last free time that is found from Monday on: another day, so it is rescheduled. */
export async function rescheduleOpen(page: Page): Promise<void> {
  await page.getByTestId('visit-move').click();
  await page.getByTestId('move-date').click();
  await page.getByRole('button', { name: /23 November 2026/ }).click();
  const slot = page.getByTestId('move-dialog').getByTestId('free-slot').last();
  await expect(slot).toHaveAccessibleName(/2[3-9] Nov|\bDec/);
  await slot.click();
}
