import type { Page } from '@playwright/test';

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
