import { askedOf, watchCommands } from './commands';
import { expect, expectAccessible, openDesk, test } from './desk';
import type { Page } from '@playwright/test';

const open = (page: Page, more: object = {}) =>
  openDesk(page, '/#/attention', { hub: 'online', conflicts: true, ...more });

for (const theme of ['light', 'dark'] as const) {
  test(`no accessibility violation on what needs attention (${theme})`, async ({ page }) => {
    await open(page, { theme });
    await expect(page.getByTestId('lost-choice')).toHaveCount(2);
    await expectAccessible(page);
    await page.getByTestId('resend').first().click();
    await expect(page.getByTestId('resend-dialog')).toBeVisible();
    await expectAccessible(page);
  });
}

test('the count in the navigation counts what is to be settled', async ({ page }) => {
  await open(page);
  const label = () => page.getByTestId('nav-attention').getAttribute('aria-label');
  await expect(page.getByTestId('lost-choice')).toHaveCount(2);
  const before = Number(/\d+/.exec((await label())!)![0]);
  await page.getByTestId('keep-kept').first().click();
  await expect.poll(async () => Number(/\d+/.exec((await label())!)![0])).toBe(before - 1);
});

test('a clash is settled by moving one of the two', async ({ page }) => {
  await open(page);
  const clash = page.getByTestId('clash');
  await expect(clash).toHaveCount(1);
  await clash.getByTestId('clash-move').nth(1).click();
  await page.getByTestId('move-dialog').getByTestId('free-slot').nth(1).click();
  await expect(clash).toHaveCount(0);
});

test('a clash is settled by giving one to a colleague who is free then', async ({ page }) => {
  await open(page);
  await page.getByTestId('give-to').first().click();
  await page.getByTestId('give-choice').or(page.getByTestId('give-none')).first().waitFor();
  if ((await page.getByTestId('give-choice').count()) === 0) {
    // Everybody is busy then: the colleagues' other visits of that hour are taken away.
    await page.keyboard.press('Escape');
    await page.evaluate(() => {
      const world = window.petrelWorld!;
      world.elsewhere(['appointments'], ({ visits, staff }) => {
        const clashing = visits.find(({ is_overbooked }) => is_overbooked)!;
        for (const visit of visits)
          if (visit.staff_id !== clashing.staff_id && staff.some(({ id }) => id === visit.staff_id))
            visit.status = 'cancelled';
      });
    });
    await page.getByTestId('give-to').first().click();
  }
  await page.getByTestId('give-choice').first().click();
  await expect(page.getByTestId('clash')).toHaveCount(0);
});

test('a clash is settled by a visit that changes places with another of the day', async ({ page }) => {
  await open(page);
  const clash = page.getByTestId('clash');
  const places = () =>
    page.evaluate(() =>
      Object.fromEntries(
        window.petrelWorld!.memory.visits.map((one) => [one.id, `${one.staff_id} ${one.starts_at}`] as const),
      ),
    );
  const before = await places();
  await clash.getByTestId('swap-with').first().click();
  await expectAccessible(page);
  await page.getByTestId('swap-choice').last().click();
  await expect(page.getByText(/have swapped places\.$/)).toBeVisible();
  const after = await places();
  const moved = Object.keys(before).filter((id) => before[id] !== after[id]);
  expect(moved).toHaveLength(2);
  expect(moved.map((id) => after[id])).toEqual(moved.map((id) => before[id]).reverse());
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(places).toEqual(before);
});

test('where it cannot be found who is free, that is said', async ({ page }) => {
  await open(page);
  await page.getByTestId('give-to').first().waitFor();
  await watchCommands(page, { refused: { free_slots: 'disk_trouble' } });
  await page.getByTestId('give-to').first().click();
  await expect(page.getByTestId('give-refused')).toContainText('The disk could not be read');
});

test('a booking that waits for a yes gets a no, with a reason', async ({ page }) => {
  await open(page);
  const pending = () =>
    page.evaluate(() =>
      window.petrelWorld!.memory.visits.filter(({ status }) => status === 'pending').map(({ id }) => id),
    );
  const before = await pending();
  await page.getByTestId('decline').first().click();
  const dialog = page.getByTestId('cancel-dialog');
  await dialog.getByRole('button', { name: 'Clinic cannot' }).click();
  await dialog.getByTestId('cancel-confirm').click();
  await expect.poll(async () => (await pending()).length).toBe(before.length - 1);
  const left = await pending();
  const declined = before.find((id) => !left.includes(id));
  const kept = await page.evaluate((own) => window.petrelWorld!.memory.visits.find(({ id }) => id === own), declined);
  expect(kept).toMatchObject({ status: 'cancelled', cancellation_reason: 'Clinic cannot' });
});

test('a clash is kept knowingly, and that can be undone', async ({ page }) => {
  await open(page);
  await page.getByTestId('keep-both').click();
  await expect(page.getByTestId('clash')).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByTestId('clash')).toHaveCount(1);
});

test('of two texts the words that differ are marked, and one click settles it', async ({ page }) => {
  await open(page);
  const choice = page.getByTestId('lost-choice').filter({ hasText: 'Alerts' });
  await expect(choice.getByTestId('kept')).toContainText('Aisha Khan · at another desk');
  await expect(choice.getByTestId('lost').locator('mark')).toHaveText(['III', 'on pimobendan since May']);
  await choice.getByTestId('take-lost').click();
  await expect(page.getByTestId('lost-choice')).toHaveCount(1);
  const alerts = await page.evaluate(() => window.petrelWorld!.memory.pets.map((pet) => pet.alerts));
  expect(alerts).toContain('Bites when held: muzzle first. Heart murmur, grade III, on pimobendan since May.');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByTestId('lost-choice')).toHaveCount(2);
});

const whoseKept = (page: Page) =>
  page.getByTestId('lost-choice').filter({ hasText: 'Prefers mornings' }).getByTestId('kept');

test('who wrote a text that came from elsewhere is asked of the hub', async ({ page }) => {
  await open(page);
  await expect(whoseKept(page)).toContainText('Marc Vidal at Consulting room 1 · ');
});

test('who wrote a text that came from elsewhere is not known while the hub is away', async ({ page }) => {
  await open(page, { hub: 'offline' });
  await expect(whoseKept(page)).toContainText('Somebody · at another desk');
});

test('something rejected is set right at the field that is to blame and sent again', async ({ page }) => {
  await open(page);
  const change = page.getByTestId('rejected').first();
  await expect(change).toContainText('Client saved');
  await expect(change.getByTestId('rejected-reason')).toContainText('(Client, Notes)');
  await page.getByTestId('resend').first().click();
  const notes = page.getByTestId('resend-notes');
  await expect(notes).toHaveAttribute('aria-invalid', 'true');
  await notes.fill('wrong');
  await page.getByTestId('resend-send').click();
  await expect(page.getByTestId('resend-dialog')).toContainText('cannot be read: “wrong”');
  await notes.fill('Pays monthly');
  await page.getByTestId('resend-send').click();
  await expect(page.getByTestId('rejected')).toHaveCount(1);
  const resent = await page.evaluate(() => window.petrelWorld!.memory.resent!);
  // What was not touched is not sent as a change, an instant with its milliseconds least of all.
  expect(resent.edits.map(({ column, value }) => [column, value])).toEqual([['notes', 'Pays monthly']]);
});

test('what was typed to set something rejected right is offered again after Escape', async ({ page }) => {
  await open(page);
  const notes = page.getByTestId('resend-notes');
  await page.getByTestId('resend').first().click();
  await notes.fill('Pays monthly');
  await notes.press('Escape');
  await expect(page.getByTestId('resend-dialog')).toHaveCount(0);
  await page.getByTestId('resend').first().click();
  await expect(notes).not.toHaveValue('Pays monthly');
  await page.getByTestId('draft-continue').click();
  await expect(notes).toHaveValue('Pays monthly');
  await page.getByTestId('resend-send').click();
  await expect(page.getByTestId('rejected')).toHaveCount(1);
  await expect.poll(() => page.evaluate(() => Object.keys(window.petrelWorld!.memory.drafts))).toEqual([]);
});

test('what time alone brings to what needs attention is asked for again', async ({ page }) => {
  await open(page);
  await expect(page.getByTestId('clash')).toHaveCount(1);
  await watchCommands(page);
  await page.clock.fastForward('04:00');
  await expect.poll(async () => (await askedOf(page, 'needs_attention')).times).toBeGreaterThan(0);
});

test('a reason nobody knows yet is said all the same', async ({ page }) => {
  await open(page);
  await expect(page.getByTestId('rejected-reason').nth(1)).toHaveText('The hub says no: A reason of tomorrow.');
});

test('something rejected is written to a file, and let go of after a question', async ({ page }) => {
  await open(page);
  await page.getByTestId('export-rejected').first().click();
  await expect(page.getByText('Written to')).toBeVisible();
  await page.getByTestId('discard').first().click();
  await expect(page.getByTestId('confirm-dialog')).toContainText('cannot be undone');
  await expect(page.getByTestId('confirm-dialog').getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.getByTestId('confirm-action').click();
  await expect(page.getByTestId('rejected')).toHaveCount(1);
});

test('of pairs that may be one client a double click merges the first, and not the next one that comes in its place', async ({
  page,
}) => {
  await open(page);
  const merged = () =>
    page.evaluate(() => window.petrelWorld!.memory.clients.filter(({ merged_into_id }) => merged_into_id).length);
  const keep = page.getByTestId('keep-client');
  const before = await keep.first().getAttribute('aria-label');
  await keep.first().dblclick({ delay: 80 });
  await expect(page.getByText('Clients merged.')).toBeVisible();
  await expect(keep.nth(1)).not.toHaveAttribute('aria-label', before!);
  expect(await merged()).toBe(1);
});

test('what is not this person’s to settle is not counted', async ({ page }) => {
  await open(page, { signedIn: 'veterinarian' });
  await expect(page.getByTestId('lost-choice')).toHaveCount(2);
  const label = () => page.getByTestId('nav-attention').getAttribute('aria-label');
  const before = await label();
  await page.evaluate(() => {
    const world = window.petrelWorld!;
    const { lost } = world.memory.hub;
    lost.push({ ...lost[0]!, seq: '1300', table: 'services', column: 'description' });
    world.syncChanged();
  });
  await page.getByTestId('sync-badge').click();
  await expect(page.getByTestId('sync-attention')).toHaveText('4 things need your decision');
  await expect(page.getByTestId('lost-choice')).toHaveCount(2);
  expect(await label()).toBe(before);
});

test('whoever signs in next is asked about what is theirs to settle', async ({ page }) => {
  await open(page);
  await page.evaluate(() => {
    const world = window.petrelWorld!;
    const { lost } = world.memory.hub;
    lost.push({ ...lost[0]!, seq: '1300', table: 'services', column: 'description' });
    world.syncChanged();
  });
  await expect(page.getByTestId('lost-choice')).toHaveCount(3);
  await page.evaluate(() => {
    const world = window.petrelWorld!;
    Object.assign(world.memory.app, { phase: { name: 'signed_out' }, staff: null });
    world.appStateChanged();
  });
  await page.getByTestId('sign-in-choice').filter({ hasText: 'Marc' }).click();
  await expect(page.getByTestId('lost-choice')).toHaveCount(2);
});

test('what is sent again wrongly is called as its field is', async ({ page }) => {
  await open(page);
  await page.getByTestId('resend').first().click();
  await page.getByTestId('resend-source').fill('wrong');
  await page.getByTestId('resend-send').click();
  await expect(page.getByTestId('resend-dialog')).toContainText('Came from cannot be read');
});

test('what a comparison with the hub set right is told to whoever runs the clinic, and dismissed', async ({ page }) => {
  const repair = () =>
    page.evaluate(() => {
      const world = window.petrelWorld!;
      world.memory.hub.repaired.push(
        { table: 'clients', at: world.now() - 30 * 60_000, rows: 3 },
        { table: 'appointments', at: world.now() - 30 * 60_000, rows: 1 },
      );
      world.syncChanged();
    });
  await openDesk(page, '/#/attention', { hub: 'online' });
  const label = async () =>
    Number(/\d+/.exec((await page.getByTestId('nav-attention').getAttribute('aria-label'))!)![0]);
  await expect(page.getByTestId('screen-attention')).toBeVisible();
  const before = await label();
  await repair();
  const repaired = page.getByTestId('repaired');
  await expect(repaired).toHaveCount(2);
  await expect(repaired.first()).toContainText('3 records were set right');
  await expect.poll(label).toBe(before + 2);
  await expectAccessible(page);
  await page.getByTestId('dismiss-repaired').first().click();
  await expect(repaired).toHaveCount(1);
  await expect(repaired).toContainText('1 record was set right');
  await expect.poll(label).toBe(before + 1);
});

test('what a comparison with the hub set right is nothing for who does not run the clinic', async ({ page }) => {
  await open(page, { signedIn: 'veterinarian' });
  await page.evaluate(() => {
    const world = window.petrelWorld!;
    world.memory.hub.repaired.push({ table: 'clients', at: world.now(), rows: 3 });
    world.memory.hub.rejected = [];
    world.syncChanged();
  });
  await expect(page.getByTestId('rejected')).toHaveCount(0);
  await expect(page.getByTestId('repaired')).toHaveCount(0);
});
