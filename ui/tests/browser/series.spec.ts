import type { Page } from '@playwright/test';
import { askedOf, watchCommands } from './commands';
import { expect, openDesk, test } from './desk';
import { movable, stored } from './visits';

const WEEK = 7 * 86_400_000;

/** A visit becomes one of a series, with one a week later; nothing else stands in the way of either. */
async function makeSeries(page: Page): Promise<string> {
  const id = await movable(page);
  await page.evaluate(
    ([own, week]) => {
      window.petrelWorld!.elsewhere(['appointments'], (memory) => {
        const kept = memory.visits.find((each) => each.id === own)!;
        kept.series_id = 'series';
        memory.visits = memory.visits.filter((each) => each === kept || each.staff_id !== kept.staff_id);
        memory.visits.push({
          ...kept,
          id: 'later',
          starts_at: kept.starts_at + week,
          ends_at: kept.ends_at + week,
        });
      });
    },
    [id, WEEK] as const,
  );
  return id;
}

test('a series that another date of it keeps from moving says which, and offers no time of another visit', async ({
  page,
}) => {
  await openDesk(page, '/?view=week&staff=all#/schedule');
  const id = await makeSeries(page);
  const before = await stored(page, id);
  const later = await stored(page, 'later');
  // The colleague has something else a week after the day that it is moved to.
  await page.evaluate(() => {
    window.petrelWorld!.elsewhere(['appointments'], ({ visits }) => {
      const own = visits.find((each) => each.id === 'later')!;
      const [starts_at, ends_at] = [own.starts_at - 86_400_000, own.ends_at - 86_400_000];
      visits.push({ ...own, id: 'other', series_id: null, starts_at, ends_at });
    });
  });
  await page.locator(`[data-id="${id}"]`).focus();
  await page.keyboard.down('Alt');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.up('Alt');
  await page.getByRole('radio', { name: 'All of the series' }).check();
  await page.getByTestId('scope-confirm').click();
  const dialog = page.getByTestId('conflict-dialog');
  await expect(dialog).toContainText('26 Nov');
  await expect(dialog.getByTestId('free-slot')).toHaveCount(0);
  await expect(dialog).not.toContainText('No free time');
  await page.getByTestId('overbook').click();
  await expect(page.getByText('by as much')).toBeVisible();
  expect((await stored(page, id)).starts_at).toBe(before.starts_at - 86_400_000);
  expect((await stored(page, 'later')).starts_at).toBe(later.starts_at - 86_400_000);
});

for (const [label, words] of [
  ['Only this one', /’s visit of .*20 Nov.* has been cancelled/],
  ['This one and those after it', /’s visit of .*20 Nov.* and those after it in its series have been cancelled/],
  ['All of the series', /’s visit of .*20 Nov.* and the others of its series have been cancelled/],
] as const) {
  test(`a client hears which of a series were cancelled (${label})`, async ({ page }) => {
    await openDesk(page, '/#/schedule');
    const id = await makeSeries(page);
    const isOne = label === 'Only this one';
    await page.locator(`[data-id="${id}"]`).click();
    await page.getByTestId('visit-cancel').click();
    await page.getByRole('radio', { name: label }).check();
    await page.getByTestId('cancel-confirm').click();
    await expect(page.getByText(isOne ? 'visit was cancelled.' : 'visits were cancelled.')).toBeVisible();
    expect((await stored(page, 'later')).status).toBe(isOne ? 'confirmed' : 'cancelled');
    await page.getByRole('button', { name: 'Notify client' }).click();
    await expect(page.getByTestId('notify-dialog').getByRole('textbox')).toHaveValue(words);
  });
}

test('what is written of one visit is written of those after it where that is wanted, and asked only then', async ({
  page,
}) => {
  await openDesk(page, '/#/schedule');
  const id = await makeSeries(page);
  await page.locator(`[data-id="${id}"]`).click();
  const edit = async (field: string, text: string) => {
    await page.getByTestId('visit-edit').click();
    await page.getByTestId(field).fill(text);
    await page.getByTestId('edit-save').click();
  };
  await edit('edit-bill', '45');
  await expect(page.getByTestId('visit-edit-form')).toBeHidden();
  await expect(page.getByTestId('scope-dialog')).toHaveCount(0);
  await edit('edit-reason', 'Nails and ears');
  await expect(page.getByTestId('scope-confirm')).toHaveText('Save');
  await page.getByRole('radio', { name: 'This one and those after it' }).check();
  await page.getByTestId('scope-confirm').click();
  await expect(page.getByTestId('visit-edit-form')).toBeHidden();
  expect((await stored(page, 'later')).notes.reason).toBe('Nails and ears');
});

test('a visit of a series that stands on another day of the week does not claim the rule’s', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await makeSeries(page);
  const repeats = (rule: string) =>
    page.evaluate(
      ([own, kept]) =>
        window.petrelWorld!.elsewhere(['appointments'], ({ visits }) => {
          visits.find((each) => each.id === own)!.recurrence = kept;
        }),
      [id, rule] as const,
    );
  await repeats('FREQ=WEEKLY;BYDAY=FR;COUNT=2');
  await page.locator(`[data-id="${id}"]`).click();
  const told = page.getByTestId('visit-recurrence');
  await expect(told).toContainText('Fri');
  await repeats('FREQ=WEEKLY;BYDAY=TU;COUNT=2');
  await expect(told).toHaveText('Part of a series');
});

test('a colleague who does not do a service is asked about, and the visit goes to them knowingly', async ({ page }) => {
  await openDesk(page, '/?view=week&staff=all#/schedule');
  const id = await makeSeries(page);
  await watchCommands(page, { refused: { move_appointment: 'not_their_service' } });
  await page.locator(`[data-id="${id}"]`).focus();
  await page.keyboard.down('Alt');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.up('Alt');
  await page.getByTestId('scope-confirm').click();
  const dialog = page.getByTestId('conflict-dialog');
  await expect(dialog).toContainText('This colleague does not do this service.');
  await expect(dialog).not.toContainText('marked on the board');
  await page.getByTestId('overbook').click();
  expect((await askedOf(page, 'move_appointment')).last).toMatchObject({ input: { overruled: ['not_their_service'] } });
});
