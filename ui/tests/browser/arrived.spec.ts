import type { Page } from '@playwright/test';
import { expect, expectAccessible, openDesk, test } from './desk';
import { clearTheWay, movable, moveByDay, stored } from './visits';

const toast = (page: Page, words: string | RegExp) => page.getByText(words);

/** A visit of the afternoon whose client is here. */
async function arrived(page: Page, status: 'checked_in' | 'in_progress', path = '/#/schedule'): Promise<string> {
  await openDesk(page, path);
  const id = await movable(page);
  await clearTheWay(page, id);
  await page.evaluate(
    ([own, now]) =>
      window.petrelWorld!.elsewhere(['appointments'], ({ visits }) => {
        visits.find((visit) => visit.id === own)!.status = now;
      }),
    [id, status] as const,
  );
  return id;
}

for (const status of ['checked_in', 'in_progress'] as const) {
  test(`a visit gets another colleague, time and length after it has begun (${status})`, async ({ page }) => {
    const id = await arrived(page, status);
    await page.locator(`[data-id="${id}"]`).click();
    await page.getByTestId('visit-move').click();
    const dialog = page.getByTestId('move-dialog');
    await expect(dialog.getByTestId('move-date')).toHaveCount(0);
    await dialog.getByTestId('move-time').fill('12:00');
    await dialog.getByTestId('move-confirm').click();
    await expect(toast(page, /^Moved to/)).toBeVisible();
    const moved = await stored(page, id);
    expect(moved).toMatchObject({ status, starts_at: Date.parse('2026-11-20T12:00:00+01:00') });
  });
}

test('a visit that has begun stays on its day', async ({ page }) => {
  const id = await arrived(page, 'checked_in', '/?view=week&staff=all#/schedule');
  const before = await stored(page, id);
  await moveByDay(page, id, 'ArrowRight');
  await expect(toast(page, 'This visit has begun: it can be moved within its day alone.')).toBeVisible();
  expect((await stored(page, id)).starts_at).toBe(before.starts_at);
});

test('a visit that was booked for the wrong pet of the family is given to the right one', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  const sibling = await page.evaluate((own) => {
    const world = window.petrelWorld!;
    const visit = world.memory.visits.find((one) => one.id === own)!;
    const pet = world.memory.pets.find((one) => one.id === visit.pet_id)!;
    const other = { ...pet, id: 'sibling', name: 'Zorro', deceased_on: null };
    world.elsewhere(['pets'], ({ pets }) => void pets.push(other));
    return other.id;
  }, id);
  await page.locator(`[data-id="${id}"]`).click();
  await page.getByTestId('visit-edit').click();
  await page.getByTestId('edit-pet').click();
  await page.getByRole('option', { name: 'Zorro' }).click();
  await expectAccessible(page);
  await page.getByTestId('edit-save').click();
  await expect(toast(page, 'Details saved.')).toBeVisible();
  expect((await stored(page, id)).pet_id).toBe(sibling);
  await expect(page.getByTestId('visit-panel')).toContainText('Zorro');
});

test('a visit becomes an emergency, and is none any more in their time only knowingly', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await page.evaluate((own) => {
    const { visits, overrides } = window.petrelWorld!.memory;
    const visit = visits.find((one) => one.id === own)!;
    Object.assign(overrides[1]!, { staff_id: visit.staff_id, start: '10:00', end: '15:00' });
  }, id);
  const isEmergency = async () => (await stored(page, id)).is_emergency;
  const edit = async (is: boolean) => {
    await page.getByTestId('visit-edit').click();
    await page.getByTestId('edit-emergency').setChecked(is);
    await page.getByTestId('edit-save').click();
  };
  await page.locator(`[data-id="${id}"]`).click();
  await edit(true);
  await expect.poll(isEmergency).toBe(true);
  await edit(false);
  const question = page.getByTestId('conflict-dialog');
  await expect(question).toContainText('The visit stands in time that is kept for emergencies.');
  expect(await isEmergency()).toBe(true);
  await question.getByTestId('overbook').click();
  await expect.poll(isEmergency).toBe(false);
});

test('two visits of a day swap places from where one of them is open', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  const before = await stored(page, id);
  await page.locator(`[data-id="${id}"]`).click();
  await page.getByTestId('swap-with').click();
  await page.getByTestId('swap-choice').last().click();
  await expect(toast(page, /have swapped places\.$/)).toBeVisible();
  const after = await stored(page, id);
  expect([after.staff_id, after.starts_at]).not.toEqual([before.staff_id, before.starts_at]);
  expect(after.ends_at - after.starts_at).toBe(before.ends_at - before.starts_at);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(async () => (await stored(page, id)).starts_at).toBe(before.starts_at);
});
