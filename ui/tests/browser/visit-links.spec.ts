import type { Page } from '@playwright/test';
import { expect, openDesk, test } from './desk';
import { movable } from './visits';

const DAY = 86_400_000;

/** Two visits of other days and a colleague that is not shown: the one before the visit, and one of its family. */
async function tie(page: Page, id: string): Promise<{ date: string; earlier: string; sibling: string }> {
  return page.evaluate(
    ([own, day]) => {
      const found = { earlier: '', sibling: '', date: '' };
      window.petrelWorld!.elsewhere(['appointments'], ({ visits }) => {
        const visit = visits.find((each) => each.id === own)!;
        const others = visits.filter(
          ({ staff_id, starts_at, ends_at }) =>
            staff_id &&
            staff_id !== visit.staff_id &&
            starts_at < visit.starts_at - 2 * day &&
            ends_at - starts_at < day,
        );
        const [earlier, sibling] = [others.at(-1)!, others[0]!];
        Object.assign(visit, { previous_appointment_id: earlier.id, reschedule_count: 1, group_id: 'family' });
        sibling.group_id = 'family';
        const date = new Date(earlier.starts_at).toISOString().slice(0, 10);
        Object.assign(found, { earlier: earlier.id, sibling: sibling.id, date });
      });
      return found;
    },
    [id, DAY] as const,
  );
}

test('the visit before it, and one of its family, are opened beside the schedule of their own day', async ({
  page,
}) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await page.goto(`/?view=week&staff=all&visit=${id}#/schedule`);
  await page.getByTestId('visit-panel').waitFor();
  const { date, earlier, sibling } = await tie(page, id);
  await page.getByTestId('visit-earlier').click();
  await expect(page).toHaveURL(new RegExp(`view=week&date=${date}&staff=all&visit=${earlier}`));
  await expect(page.locator(`[data-id="${earlier}"]`)).toBeVisible();
  await page.goBack();
  await page.getByTestId('visit-family').click();
  await expect(page.locator(`[data-id="${sibling}"]`)).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`visit=${sibling}`));
});

test('a column that is not shown gives way to all', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  const staff = await page.evaluate(
    (own) => window.petrelWorld!.memory.visits.find((each) => each.id === own)!.staff_id,
    id,
  );
  await page.goto(`/?staff=${staff}&visit=${id}#/schedule`);
  await page.getByTestId('visit-panel').waitFor();
  const { earlier } = await tie(page, id);
  await page.getByTestId('visit-earlier').click();
  await expect(page.locator(`[data-id="${earlier}"]`)).toBeVisible();
});
