import type { Page } from '@playwright/test';
import { watchCommands } from './commands';
import { expect, expectAccessible, openDesk, test } from './desk';
import { clearTheWay, movable, stored } from './visits';

const WEEK = 7 * 86_400_000;

/** A visit that stands alone, with nothing of its colleague's in the way, opened. */
async function openSingle(page: Page): Promise<string> {
  const id = await movable(page);
  await clearTheWay(page, id);
  await page.locator(`[data-id="${id}"]`).click();
  return id;
}

/** The same as the first of five, a week apart; the third was moved to another hour by hand. */
async function openSeries(page: Page): Promise<string> {
  const id = await movable(page);
  await clearTheWay(page, id);
  await page.evaluate(
    ([own, week]) => {
      window.petrelWorld!.elsewhere(['appointments'], ({ visits }) => {
        const kept = visits.find((each) => each.id === own)!;
        Object.assign(kept, { series_id: 'series', recurrence: 'FREQ=WEEKLY;BYDAY=FR;COUNT=5' });
        for (const n of [1, 2, 3, 4]) {
          const by = n * week + (n === 2 ? 3_600_000 : 0);
          visits.push({ ...kept, id: `week${n}`, starts_at: kept.starts_at + by, ends_at: kept.ends_at + by });
        }
      });
    },
    [id, WEEK] as const,
  );
  await page.locator(`[data-id="${id}"]`).click();
  return id;
}

async function openDialog(page: Page) {
  await page.getByTestId('visit-menu').click();
  await page.getByTestId('visit-repeat').click();
  const dialog = page.getByTestId('rhythm-dialog');
  await expect(dialog).toBeVisible();
  return dialog;
}

/** The dates that are shown, by what becomes of them. */
const kinds = (page: Page): Promise<(string | null)[]> =>
  page
    .getByTestId('rhythm-dates')
    .locator('li')
    .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-kind')));

const ofSeries = (page: Page, id: string) =>
  page.evaluate((own) => {
    const { visits } = window.petrelWorld!.memory;
    const { series_id } = visits.find((each) => each.id === own)!;
    return visits
      .filter((each) => series_id !== null && each.series_id === series_id)
      .map(({ starts_at, is_overbooked }) => ({ starts_at, is_overbooked }))
      .sort((a, b) => a.starts_at - b.starts_at);
  }, id);

test('a visit that was booked once repeats: what is in the way is told before, and left out or booked knowingly', async ({
  page,
}) => {
  await openDesk(page, '/#/schedule');
  const id = await openSingle(page);
  const { starts_at } = await stored(page, id);
  // Two weeks on the colleague has something else.
  await page.evaluate(
    ([own, by]) => {
      window.petrelWorld!.elsewhere(['appointments'], ({ visits }) => {
        const kept = visits.find((each) => each.id === own)!;
        visits.push({ ...kept, id: 'other', starts_at: kept.starts_at + by, ends_at: kept.ends_at + by });
      });
    },
    [id, 2 * WEEK] as const,
  );
  const dialog = await openDialog(page);
  await dialog.getByLabel('How many times').fill('4');
  await dialog.getByLabel('How many times').blur();
  await expect(page.getByTestId('rhythm-totals')).toHaveText('2 new. 1 date left out.');
  expect(await kinds(page)).toEqual(['first', 'added', 'left_out', 'added']);
  await expect(dialog).toContainText('taken');
  await expectAccessible(page);
  await dialog.getByRole('radio', { name: 'Book it anyway' }).check();
  await expect(page.getByTestId('rhythm-totals')).toHaveText('3 new.');
  await page.getByTestId('rhythm-save').click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText('The visit repeats: 3 more are booked.')).toBeVisible();
  const times = [0, 1, 2, 3].map((week) => ({ starts_at: starts_at + week * WEEK, is_overbooked: week === 2 }));
  expect(await ofSeries(page, id)).toEqual(times);
  await expect(page.getByTestId('visit-recurrence')).toContainText('Every week');
  // The client hears of it where somebody says so, and all of it is taken back at once.
  await page.getByRole('button', { name: 'Notify client' }).click();
  await expect(page.getByTestId('notify-dialog').getByRole('textbox')).toHaveValue(/Every week.*27 Nov/);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+z');
  await expect(page.getByTestId('visit-recurrence')).toBeHidden();
  expect((await stored(page, id)).series_id).toBeNull();
});

test('a series gets another rhythm: who stands right stays, what was changed by hand stands', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await openSeries(page);
  const { starts_at } = await stored(page, id);
  const dialog = await openDialog(page);
  // It begins with the rule as it is, which changes nothing.
  await expect(dialog.getByLabel('How many times')).toHaveValue('5');
  await expect(page.getByTestId('rhythm-totals')).toHaveText('3 stay on their dates.');
  await dialog.getByLabel('Every how many weeks').fill('2');
  await dialog.getByLabel('How many times').fill('4');
  await dialog.getByLabel('How many times').blur();
  await expect(page.getByTestId('rhythm-totals')).toHaveText('1 moved. 1 cancelled. 1 stays on its date.');
  expect(await kinds(page)).toEqual(['first', 'standing', 'cancelled', 'kept', 'moved']);
  await page.getByTestId('rhythm-save').click();
  await expect(page.getByText('The visits have another rhythm: 0 new, 1 moved, 1 cancelled.')).toBeVisible();
  const weeks = (await ofSeries(page, id)).map((visit) => Math.floor((visit.starts_at - starts_at) / WEEK));
  expect(weeks).toEqual([0, 2, 4, 6]);
});

test('from a later visit all can be meant, as long as none has happened', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await openSeries(page);
  // The open one is the second of the series now: one stands before it.
  await page.evaluate((own) => {
    window.petrelWorld!.elsewhere(['appointments'], ({ visits }) => {
      const kept = visits.find((each) => each.id === own)!;
      visits.push({ ...kept, id: 'before', starts_at: kept.starts_at - 1_800_000, ends_at: kept.ends_at - 1_800_000 });
    });
  }, id);
  const dialog = await openDialog(page);
  await expect(dialog.getByLabel('How many times')).toHaveValue('5');
  await dialog.getByRole('radio', { name: 'All of the series' }).check();
  await expect(dialog.getByLabel('How many times')).toHaveValue('6');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.evaluate(() => {
    window.petrelWorld!.elsewhere(['appointments'], ({ visits }) => {
      visits.find((each) => each.id === 'before')!.status = 'completed';
    });
  });
  await openDialog(page);
  await expect(dialog.getByRole('radio', { name: 'All of the series' })).toHaveCount(0);
});

test('what changed between the question and the answer is looked at again', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await openSingle(page);
  const dialog = await openDialog(page);
  await expect(page.getByTestId('rhythm-totals')).toHaveText('9 new.');
  // Another desk takes a time while the dialog is open: it says so by itself.
  await page.evaluate(
    ([own, by]) => {
      window.petrelWorld!.elsewhere(['appointments'], ({ visits }) => {
        const kept = visits.find((each) => each.id === own)!;
        visits.push({ ...kept, id: 'other', starts_at: kept.starts_at + by, ends_at: kept.ends_at + by });
      });
    },
    [id, WEEK] as const,
  );
  await expect(page.getByTestId('rhythm-totals')).toHaveText('8 new. 1 date left out.');
  await watchCommands(page, { refused: { set_rhythm: 'changed_since' } });
  await page.getByTestId('rhythm-save').click();
  await expect(page.getByTestId('rhythm-refused')).toContainText('Look at the dates again');
  await expect(dialog).toBeVisible();
  expect((await stored(page, id)).series_id).toBeNull();
});

test('the palette offers it, in Spanish as well, and the keyboard alone is enough', async ({ page }) => {
  await openDesk(page, '/#/schedule', { language: 'es', theme: 'dark' });
  const id = await openSingle(page);
  await page.keyboard.press('Control+k');
  await page.getByTestId('palette-input').fill('Repetir');
  await expect(page.getByRole('option', { name: /Repetir…/ })).toBeVisible();
  await page.keyboard.press('Enter');
  const dialog = page.getByTestId('rhythm-dialog');
  await expect(page.getByTestId('rhythm-totals')).toHaveText('9 nuevas.');
  await expectAccessible(page);
  const save = page.getByTestId('rhythm-save');
  for (let n = 0; n < 30 && !(await save.evaluate((button) => button === document.activeElement)); n++)
    await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  expect((await ofSeries(page, id)).length).toBe(10);
});
