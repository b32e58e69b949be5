import type { Page } from '@playwright/test';
import { askedOf, watchCommands } from './commands';
import { expect, expectAccessible, openDesk, test } from './desk';
import { clearTheWay, movable, moveByKey, stored } from './visits';

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
  await moveByKey(page, id, 'ArrowRight');
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

const at = (hour: number): number => Date.parse(`2026-11-20T${hour}:00:00+01:00`);

/** Two visits of the day, at twelve and at three, the first of them open: of two clients, or of one. */
async function twoVisits(page: Page, isOneFamily = false): Promise<{ id: string; names: string[] }> {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  const names = await page.evaluate(
    ([own, isSame, noon, three]) => {
      const world = window.petrelWorld!;
      const { memory } = world;
      const one = memory.visits.find((visit) => visit.id === own)!;
      const other = memory.visits.find((visit) => visit.client_id && visit.client_id !== one.client_id)!;
      world.elsewhere(['appointments'], () => {
        Object.assign(one, { starts_at: noon, ends_at: noon + 1_800_000 });
        Object.assign(other, { starts_at: three, ends_at: three + 1_800_000, status: 'confirmed' });
        if (isSame) other.client_id = one.client_id;
        memory.visits = [one, other];
      });
      return [one, other].map(({ client_id }) => memory.clients.find((each) => each.id === client_id)!.first_name);
    },
    [id, isOneFamily, at(12), at(15)] as const,
  );
  await expect(page.getByTestId('visit')).toHaveCount(2);
  await page.locator(`[data-id="${id}"]`).click();
  return { id, names };
}

test('both clients of a swap can be told, one after the other', async ({ page }) => {
  const { id, names } = await twoVisits(page);
  await page.getByTestId('swap-with').click();
  await page.getByTestId('swap-choice').click();
  await expect(toast(page, /have swapped places\.$/)).toBeVisible();
  expect((await stored(page, id)).starts_at).toBe(at(15));
  await watchCommands(page);
  await page.getByRole('button', { name: 'Notify both clients' }).click();
  const [dialog, body] = [page.getByTestId('notify-dialog'), page.getByTestId('notify-body')];
  await expect(dialog).toContainText(names[0]!);
  await expect(body).toHaveValue(/visit has moved to .*15:00/);
  await page.getByTestId('notify-send').click();
  await expect(dialog).toContainText(names[1]!);
  await expect(body).toHaveValue(/visit has moved to .*12:00/);
  expect(await askedOf(page, 'notify_client')).toMatchObject({ times: 1, last: { input: { appointment_id: id } } });
  // Who does not want to tell the second does not.
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  expect(await askedOf(page, 'notify_client')).toMatchObject({ times: 1 });
});

test('who does not tell the first client of a swap can tell the second', async ({ page }) => {
  const { names } = await twoVisits(page);
  await page.getByTestId('swap-with').click();
  await page.getByTestId('swap-choice').click();
  await page.getByRole('button', { name: 'Notify both clients' }).click();
  const dialog = page.getByTestId('notify-dialog');
  for (const name of names) {
    await expect(dialog).toContainText(name);
    await dialog.getByRole('button', { name: 'Close' }).click();
  }
  await expect(dialog).toHaveCount(0);
});

test('a family whose two visits swapped places is told once, of both', async ({ page }) => {
  await twoVisits(page, true);
  await page.getByTestId('swap-with').click();
  await page.getByTestId('swap-choice').click();
  await page.getByRole('button', { name: 'Notify client', exact: true }).click();
  await expect(page.getByTestId('notify-body')).toHaveValue(/moved to .*15:00.*\s.*moved to .*12:00/);
  await page.getByTestId('notify-send').click();
  await expect(page.getByTestId('notify-dialog')).toHaveCount(0);
});

test('where it cannot be found what a visit could change places with, that is said', async ({ page }) => {
  await twoVisits(page);
  await watchCommands(page, { refused: { swap_choices: 'disk_trouble' } });
  await page.getByTestId('swap-with').click();
  await expect(page.getByTestId('swap-refused')).toContainText('The disk could not be read');
  await expectAccessible(page);
});

test('time that was blocked for nobody is picked up by nobody', async ({ page }) => {
  const { id } = await twoVisits(page);
  const stands = (change: object) =>
    page.evaluate(
      ([own, to]) =>
        window.petrelWorld!.elsewhere(
          ['appointments'],
          ({ visits }) =>
            void Object.assign(
              visits.find((visit) => visit.id === own)!,
              to,
            ),
        ),
      [id, change] as const,
    );
  await stands({ status: 'completed' });
  await expect(page.getByTestId('visit-picked-up')).toBeVisible();
  await page.getByTestId('visit-menu').click();
  await expect(page.getByTestId('visit-pick-up')).toBeVisible();
  await page.keyboard.press('Escape');
  await stands({ client_id: null, pet_id: null, title: 'Team meeting' });
  await expect(page.getByTestId('visit-picked-up')).toHaveCount(0);
  await page.getByTestId('visit-menu').click();
  await expect(page.getByTestId('history')).toBeVisible();
  await expect(page.getByTestId('visit-pick-up')).toHaveCount(0);
});

test('the keys go on with a visit that was checked in by keyboard', async ({ page }) => {
  await openDesk(page, '/#/today');
  await page.getByTestId('today-card').first().waitFor();
  const id = await page.evaluate(
    () =>
      window.petrelWorld!.memory.visits.find(
        ({ status, starts_at }) =>
          status === 'confirmed' && starts_at > Date.now() && starts_at < Date.now() + 6 * 3_600_000,
      )!.id,
  );
  const card = page.getByTestId('lane-expected').locator(`[data-id="${id}"]`);
  await card.getByTestId('today-next').press('Enter');
  const arrived = page.getByTestId('lane-arrived').locator(`[data-id="${id}"]`);
  await expect(arrived.getByRole('button').first()).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(
    page.getByTestId('lane-in_progress').locator(`[data-id="${id}"]`).getByRole('button').first(),
  ).toBeFocused();
});

test('a colleague without visits today is told apart from a day without any', async ({ page }) => {
  await openDesk(page, '/#/today');
  await page.getByTestId('today-card').first().waitFor();
  const name = await page.evaluate(() => {
    const { staff } = window.petrelWorld!.memory;
    window.petrelWorld!.elsewhere(['appointments'], (memory) => {
      memory.visits = memory.visits.filter(({ staff_id }) => staff_id !== staff[1]!.id);
    });
    return staff[1]!.first_name;
  });
  await page.getByTestId('staff-filter').click();
  await page.getByRole('option', { name }).click();
  const screen = page.getByTestId('screen-today');
  await expect(screen).toContainText('Nothing today for this colleague');
  await expect(screen).not.toContainText('Nobody is expected');
  await page.getByTestId('show-everybody').click();
  await expect(page.getByTestId('today-card').first()).toBeVisible();
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['appointments'], (memory) => {
      memory.visits = [];
    }),
  );
  await expect(screen).toContainText('Nobody is expected today');
  await expect(page.getByTestId('show-everybody')).toHaveCount(0);
});
