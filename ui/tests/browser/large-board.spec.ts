import type { Page } from '@playwright/test';
import { expect, openDesk, test } from './desk';

const visits = (page: Page) => page.getByTestId('visit');
const box = (page: Page, index: number) => page.locator(`[data-testid="visit"][data-index="${index}"]`);
const focused = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute('data-id'));

/** How many visits stand on the board, by the heads of its columns. */
const standing = (page: Page): Promise<number> =>
  page
    .getByTestId('column-count')
    .evaluateAll((heads) => heads.reduce((sum, head) => sum + Number(head.textContent), 0));

/** Each visit of a clinic in memory, many times. */
const enlarge = (page: Page): Promise<void> =>
  page.evaluate(() =>
    window.petrelWorld!.elsewhere(['appointments'], (memory) => {
      memory.visits = memory.visits.flatMap((visit) =>
        Array.from({ length: 12 }, (_, copy) => ({ ...visit, id: copy === 0 ? visit.id : `${visit.id}-${copy}` })),
      );
    }),
  );

/** A week of everybody as large clinics have it. Answers how many visits it has. */
async function openLargeWeek(page: Page): Promise<number> {
  await openDesk(page, '/?view=week&staff=all#/schedule');
  await visits(page).first().waitFor();
  const before = await standing(page);
  await enlarge(page);
  await expect.poll(() => standing(page)).toBe(12 * before);
  return 12 * before;
}

/** The columns of which visits lie in sight. */
const columnsInSight = (page: Page): Promise<number[]> =>
  page.evaluate(() => {
    const pane = document.querySelector('[data-testid=board]')!.getBoundingClientRect();
    const starts = [...document.querySelectorAll('[data-testid=board-column]')].map(
      (head) => head.getBoundingClientRect().left,
    );
    // The hours lie over what is scrolled below them.
    const from = document.querySelector('.board-ticks')!.getBoundingClientRect().right;
    const found = new Set<number>();
    for (const visit of document.querySelectorAll('[data-testid=visit]')) {
      const { left, right, top, bottom } = visit.getBoundingClientRect();
      if (right > from && left < pane.right && bottom > pane.top && top < pane.bottom)
        found.add(starts.findLastIndex((start) => start <= left));
    }
    return [...found].sort((a, b) => a - b);
  });

/** Scrolls sideways to where a column begins. */
const toColumn = (page: Page, column: number): Promise<void> =>
  page.getByTestId('board').evaluate((pane, to) => {
    const starts = [...pane.querySelectorAll<HTMLElement>('[data-testid=board-column]')].map((head) => head.offsetLeft);
    pane.scrollLeft = starts[to]! - starts[0]!;
  }, column);

test('of a large week what is in sight is drawn, and what comes into sight', async ({ page }) => {
  const count = await openLargeWeek(page);
  expect(await columnsInSight(page)).toContain(0);
  expect(await visits(page).count()).toBeLessThan(count / 2);
  await toColumn(page, 4);
  await expect.poll(() => columnsInSight(page)).toContain(4);
  expect(await columnsInSight(page)).not.toContain(0);
  expect(await visits(page).count()).toBeLessThan(count / 2);
  // As far as the visit that Tab reaches.
  expect(await page.locator('[data-testid="visit"][tabindex="0"]').count()).toBe(1);
  await toColumn(page, 0);
  await expect.poll(() => columnsInSight(page)).toEqual([0]);
  // A larger window shows more of it.
  await page.setViewportSize({ width: 3000, height: 900 });
  await expect.poll(() => columnsInSight(page)).toEqual([0, 1]);
});

test('the keys walk over a large week beyond what is drawn, and keep the visit they stand on', async ({ page }) => {
  const count = await openLargeWeek(page);
  await box(page, 0).focus();
  const walk = async (key: string, index: number): Promise<void> => {
    await page.keyboard.press(key);
    await expect(box(page, index)).toBeFocused();
    await expect(box(page, index)).toBeInViewport();
  };
  for (let index = 1; index <= 40; index += 1) await walk('ArrowDown', index);
  await page.keyboard.press('ArrowRight');
  await expect.poll(async () => Number(await page.locator(':focus').getAttribute('data-index'))).toBeGreaterThan(40);
  const held = await focused(page);
  // Scrolled out of sight, and drawn anew by another desk, it is where the keys go on.
  await toColumn(page, 4);
  await expect.poll(() => columnsInSight(page)).toContain(4);
  expect(await focused(page)).toBe(held);
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['appointments'], (memory) => {
      memory.visits = memory.visits.filter(
        ({ id }) => !id.endsWith('-11') || id === document.activeElement?.getAttribute('data-id'),
      );
    }),
  );
  await expect.poll(() => standing(page)).toBeLessThan(count);
  await expect.poll(() => focused(page)).toBe(held);
});

test('beside a large week a visit that is out of sight is open, and has the focus once it is closed', async ({
  page,
}) => {
  await openLargeWeek(page);
  const opened = box(page, 3);
  const id = await opened.getAttribute('data-id');
  await opened.click();
  await page.getByTestId('visit-panel').waitFor();
  await toColumn(page, 4);
  await expect.poll(() => columnsInSight(page)).toContain(4);
  await page.getByTestId('panel-close').click();
  await expect(page.getByTestId('visit-panel')).toHaveCount(0);
  await expect.poll(() => focused(page)).toBe(id);
});

test('a large week is first seen from today, and again as it was left', async ({ page }) => {
  await openDesk(page, '/?staff=all#/schedule');
  await visits(page).first().waitFor();
  const before = await standing(page);
  await enlarge(page);
  await expect.poll(() => standing(page)).toBe(12 * before);
  await page.keyboard.press('w');
  await expect.poll(() => columnsInSight(page)).toEqual([4]);
  await toColumn(page, 1);
  await expect.poll(() => columnsInSight(page)).toEqual([1]);
  await page.keyboard.press('m');
  await expect(page.getByTestId('board')).toHaveCount(0);
  await page.keyboard.press('w');
  await expect.poll(() => columnsInSight(page)).toEqual([1]);
});
