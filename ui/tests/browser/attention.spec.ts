import { askedOf, watchCommands } from './commands';
import { expect, expectAccessible, openDesk, test } from './desk';
import { stored } from './visits';

test('a visit that two desks moved stands where somebody says so, and an open one of another day ended as planned', async ({
  page,
}) => {
  await openDesk(page, '/#/attention');
  const planned = await page.evaluate(() => {
    const world = window.petrelWorld!;
    const isPlanned = ({ status, starts_at }: { status: string; starts_at: number }) =>
      status === 'confirmed' && starts_at > world.now();
    const [one, other] = world.memory.visits.filter(isPlanned);
    const open = world.memory.visits.find(({ ends_at }) => ends_at < world.now() - 2 * 86_400_000)!;
    world.elsewhere(['appointments'], () => {
      for (const visit of [one!, other!]) visit.previous_appointment_id = open.id;
      Object.assign(open, { status: 'in_progress', actual_end_at: null });
    });
    return { open: open.id, ends_at: open.ends_at };
  });
  const stands = page.getByTestId('stands');
  await expect(stands).toHaveCount(2);
  await expectAccessible(page);
  await stands.first().click();
  await expect(stands).toHaveCount(1);
  await expect(page.getByText('The visit stands.')).toBeVisible();
  const complete = page.getByTestId('complete');
  const before = await complete.count();
  await complete.last().click();
  await expect(complete).toHaveCount(before - 1);
  const ended = await page.evaluate(
    (id) => window.petrelWorld!.memory.visits.find((visit) => visit.id === id)!.actual_end_at,
    planned.open,
  );
  expect(ended).toBe(planned.ends_at);
});

test('more than is shown is counted', async ({ page }) => {
  await openDesk(page, '/#/attention');
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['clients'], ({ clients }) => {
      const like = { ...clients[0]!, phone: 'ask at home', is_phone_unclear: true };
      for (let n = 0; n < 60; n++) clients.push({ ...like, id: `unclear-${n}` });
    }),
  );
  await expect(page.getByTestId('part-count').filter({ hasText: 'of' })).toHaveText('50 of 61');
});

test('two people who were told apart by a slip may be one again', async ({ page }) => {
  await openDesk(page, '/#/attention');
  const pair = page.getByTestId('two-people');
  await pair.click();
  await expect(pair).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(pair).toHaveCount(1);
});

test('a client who was merged into another leads there and offers nothing else', async ({ page }) => {
  await openDesk(page, '/#/attention');
  const [from, into] = await page.evaluate(() => {
    const { clients } = window.petrelWorld!.memory;
    clients[3]!.merged_into_id = clients[4]!.id;
    return [clients[3]!.id, clients[4]!.id];
  });
  await page.goto(`/#/clients/${from}`);
  await expect(page.getByTestId('client-merged')).toBeVisible();
  await expect(page.getByTestId('screen-client').getByRole('button')).toHaveCount(0);
  await expectAccessible(page);
  await page.getByTestId('client-merged').getByRole('link').click();
  await expect(page).toHaveURL(new RegExp(`${into}$`));
  await expect(page.getByTestId('book-client')).toBeVisible();
});

test('who waits for a day that has passed is marked and not counted', async ({ page }) => {
  await openDesk(page, '/#/waitlist');
  const label = () => page.getByTestId('nav-waitlist').getAttribute('aria-label');
  const before = Number(/\d+/.exec((await label()) ?? '')?.[0]);
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['waitlist_entries'], ({ waitlist }) => (waitlist[1]!.requested_on = '2026-11-19')),
  );
  await expect(page.getByTestId('entry-over')).toHaveCount(1);
  await expect.poll(label).toContain(String(before - 1));
});

test('who is booked from the waitlist with one click can be told', async ({ page }) => {
  await openDesk(page, '/#/waitlist');
  const entries = page.getByTestId('waitlist-entry');
  await entries.filter({ hasText: 'Vaccination' }).first().getByTestId('find-times').click();
  await watchCommands(page);
  await page.getByTestId('free-slot').first().click();
  await page.getByRole('button', { name: 'Notify client' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  expect((await askedOf(page, 'book_appointment')).times).toBe(1);
});

test('a visit for which nobody was checked in took place, or did not, and is completed as it was planned', async ({
  page,
}) => {
  await openDesk(page, '/#/attention');
  const open = await page.evaluate(() => {
    const world = window.petrelWorld!;
    const visit = world.memory.visits.find(({ ends_at }) => ends_at < world.now() - 2 * 86_400_000)!;
    world.elsewhere(['appointments'], () => {
      Object.assign(visit, { status: 'confirmed', actual_start_at: null, actual_end_at: null });
    });
    return { id: visit.id, starts_at: visit.starts_at, ends_at: visit.ends_at };
  });
  const kept = () =>
    page.evaluate((id) => {
      const visit = window.petrelWorld!.memory.visits.find((each) => each.id === id)!;
      return { status: visit.status, from: visit.actual_start_at, to: visit.actual_end_at };
    }, open.id);
  await page.locator(`a[href*="${open.id}"]`).first().click();
  await page.getByTestId('visit-took-place').click();
  await expect.poll(kept).toEqual({ status: 'completed', from: open.starts_at, to: open.ends_at });
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(async () => (await kept()).status).toBe('confirmed');
  await page.getByTestId('nav-attention').click();
  const took = page.getByTestId('took-place');
  await took.first().waitFor();
  const before = await took.count();
  await took.last().click();
  await expect(took).toHaveCount(before - 1);
});

test('a visit of an earlier day that was left open is completed as it was planned from its panel, too', async ({
  page,
}) => {
  for (const status of ['checked_in', 'in_progress'] as const) {
    await openDesk(page, '/#/attention');
    const open = await page.evaluate((now) => {
      const world = window.petrelWorld!;
      const visit = world.memory.visits.find(({ ends_at }) => ends_at < world.now() - 2 * 86_400_000)!;
      world.elsewhere(['appointments'], () => void Object.assign(visit, { status: now, actual_end_at: null }));
      return { id: visit.id, ends_at: visit.ends_at };
    }, status);
    await page.locator(`a[href*="${open.id}"]`).first().click();
    const next = page.getByTestId('visit-next');
    await expect(next).toHaveText('Complete');
    await next.click();
    await expect(page.getByText('Completed.', { exact: true })).toBeVisible();
    expect(await stored(page, open.id)).toMatchObject({ status: 'completed', actual_end_at: open.ends_at });
  }
});

test('each button says whose visit it settles', async ({ page }) => {
  await openDesk(page, '/#/attention');
  await page.evaluate(() => {
    const world = window.petrelWorld!;
    const past = world.memory.visits.filter(({ ends_at }) => ends_at < world.now() - 2 * 86_400_000);
    const open = ['confirmed', 'in_progress'];
    world.elsewhere(['appointments'], () => open.forEach((status, at) => Object.assign(past[at]!, { status })));
  });
  for (const words of ['Took place', 'Did not come', 'Complete', 'Confirm']) {
    const button = page.getByRole('button', { name: new RegExp(`^${words}: \\S+`) }).first();
    await expect(button).toHaveText(words);
  }
});
