import type { Page } from '@playwright/test';
import { askedOf, watchCommands } from './commands';
import { expect, openDesk, test } from './desk';
import { clearTheWay, movable, moveByKey, placeAt, stored, rescheduleOpen } from './visits';

test('what another desk changes during a drag neither moves another visit nor brings back one that is gone', async ({
  page,
}) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  const times = () =>
    page.evaluate(() =>
      Object.fromEntries(window.petrelWorld!.memory.visits.map((kept) => [kept.id, kept.starts_at] as const)),
    );
  const to = await placeAt(page, 4, 13, false);
  const dragged = page.locator(`[data-id="${id}"]`);
  const take = async () => {
    const box = (await dragged.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + 6);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 8 });
    await expect(page.getByTestId('ghost')).toBeVisible();
  };
  /** Another desk books the same day: the visits stand in another order from then on. */
  const book = (name: string) =>
    page.evaluate(
      ([own, other]) =>
        window.petrelWorld!.elsewhere(['appointments'], ({ visits, staff }) => {
          const kept = visits.find((each) => each.id === own)!;
          const early = Date.parse('2026-11-20T06:00:00+01:00');
          visits.push({
            ...kept,
            id: other,
            staff_id: staff[0]!.id,
            starts_at: early,
            ends_at: early + 900_000,
          });
        }),
      [id, name] as const,
    );

  const before = await times();
  await take();
  await book('booked-elsewhere');
  await expect(page.locator('[data-id="booked-elsewhere"]')).toBeAttached();
  await expect(dragged).toHaveAttribute('data-dragged', 'true');
  await page.mouse.up();
  await page.getByTestId('overbook').click();
  await expect(page.getByText('Moved to')).toBeVisible();
  await expect(dragged).toHaveAttribute('aria-label', /^13:00/);
  const { 'booked-elsewhere': _, ...after } = await times();
  expect(after).toEqual({ ...before, [id]: Date.parse('2026-11-20T13:00:00+01:00') });

  await take();
  await page.evaluate((own) => {
    window.petrelWorld!.elsewhere(['appointments'], (memory) => {
      memory.visits = memory.visits.filter((kept) => kept.id !== own);
    });
  }, id);
  await expect(dragged).toHaveCount(0);
  await expect(page.getByTestId('ghost')).toHaveCount(0);
  const left = await times();
  await page.mouse.up();
  await expect(page.getByTestId('booking-time')).toHaveCount(0);
  await expect(page.getByTestId('conflict-dialog')).toHaveCount(0);
  expect(await times()).toEqual(left);
});

test('what another desk writes while a visit is edited stays', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await page.locator(`[data-id="${id}"]`).click();
  await page.getByTestId('visit-edit').click();
  await page.getByTestId('edit-reason').fill('Limps');
  await page.evaluate((own) => {
    window.petrelWorld!.elsewhere(['appointments', 'pets'], ({ visits, pets }) => {
      const kept = visits.find((each) => each.id === own)!;
      // The name stands above the panel: it tells when the change has come.
      pets.find(({ id }) => id === kept.pet_id)!.name = 'Elsewhere';
      Object.assign(kept, { final_cost_cents: 4200, payment_status: 'paid' });
      kept.notes = { ...kept.notes, internal_notes: 'Muzzle first', reason: 'Coughs' };
    });
  }, id);
  await expect(page.getByTestId('visit-panel').getByRole('heading').first()).toHaveText('Elsewhere');
  // What goes over another desk's text has been seen.
  await expect(page.getByTestId('theirs')).toContainText('Coughs');
  await page.getByTestId('edit-save').click();
  await expect(page.getByTestId('visit-edit-form')).toHaveCount(0);
  const { notes, ...kept } = await stored(page, id);
  expect(notes).toMatchObject({ reason: 'Limps', internal_notes: 'Muzzle first' });
  expect(kept).toMatchObject({ final_cost_cents: 4200, payment_status: 'paid' });
});

test('a visit that another desk moves while it is to be moved here keeps its new time where only its colleague is changed', async ({
  page,
}) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await clearTheWay(page, id);
  await page.locator(`[data-id="${id}"]`).click();
  await page.getByTestId('visit-move').click();
  const before = await stored(page, id);
  // Nothing stands in their way, either.
  const name = await page.evaluate((not) => {
    const { memory } = window.petrelWorld!;
    const other = memory.staff.find(({ id, is_active, is_bookable }) => is_active && is_bookable && id !== not)!;
    memory.visits = memory.visits.filter(({ staff_id }) => staff_id !== other.id);
    return other.first_name;
  }, before.staff_id);
  await page.getByTestId('move-staff').click();
  await page.getByRole('option', { name }).click();
  await page.evaluate((own) => {
    window.petrelWorld!.elsewhere(['appointments'], ({ visits }) => {
      const kept = visits.find((each) => each.id === own)!;
      const to = Date.parse('2026-11-20T16:30:00+01:00');
      Object.assign(kept, { starts_at: to, ends_at: to + 40 * 60_000 });
    });
  }, id);
  await expect(page.getByTestId('move-time')).toHaveValue('16:30');
  await expect(page.getByTestId('move-duration')).toHaveValue('40 min');
  await page.getByTestId('move-confirm').click();
  await expect(page.getByTestId('move-dialog')).toHaveCount(0);
  await expect.poll(async () => (await stored(page, id)).staff_id).not.toBe(before.staff_id);
  const to = Date.parse('2026-11-20T16:30:00+01:00');
  expect(await stored(page, id)).toMatchObject({ starts_at: to, ends_at: to + 40 * 60_000 });
});

test('what was typed of a visit is offered again unless it was saved or cancelled', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  const draft = () => page.evaluate((own) => window.petrelWorld!.memory.drafts[`visit:${own}`] ?? '', id);
  const edit = async () => {
    await page.locator(`[data-id="${id}"]`).click();
    await expect(page.locator(`[data-id="${id}"]`)).toHaveAttribute('aria-pressed', 'true');
    await page.getByTestId('visit-edit').click();
  };
  await edit();
  await page.getByTestId('edit-reason').fill('Limps since Monday');
  await expect.poll(draft).toContain('Limps');
  await page.getByTestId('visit').first().click();
  await expect(page.getByTestId('visit-edit-form')).toHaveCount(0);
  await edit();
  await page.getByTestId('draft-continue').click();
  await expect(page.getByTestId('edit-reason')).toHaveValue('Limps since Monday');
  await page.getByTestId('panel-close').click();
  await edit();
  await page.getByTestId('draft-continue').click();
  await page.getByTestId('edit-save').click();
  await expect(page.getByTestId('visit-edit-form')).toHaveCount(0);
  expect((await stored(page, id)).notes.reason).toBe('Limps since Monday');
  await expect.poll(draft).toBe('');

  await page.getByTestId('visit-edit').click();
  await page.getByTestId('edit-symptoms').fill('Swollen');
  await expect.poll(draft).toContain('Swollen');
  await page.getByTestId('visit-edit-form').getByRole('button', { name: 'Cancel' }).click();
  await expect.poll(draft).toBe('');
  await page.getByTestId('visit-edit').click();
  await expect(page.getByTestId('edit-symptoms')).toHaveValue('');
  await expect(page.getByTestId('draft-notice')).toHaveCount(0);
});

/** Reschedules a visit of the next hours: its panel shows the new one. Answers both by id. */
async function reschedule(page: Page, screen: string): Promise<{ id: string; next: string }> {
  await openDesk(page, `/#/${screen}`);
  await page.locator('[data-testid="visit"], [data-testid="today-card"]').first().waitFor();
  const id = await page.evaluate(() => {
    const { visits } = window.petrelWorld!.memory;
    const now = Date.now();
    return visits.find(
      ({ starts_at, status }) => status === 'confirmed' && starts_at > now && starts_at < now + 3 * 3_600_000,
    )!.id;
  });
  await page.locator(`[data-id="${id}"]`).click();
  await rescheduleOpen(page);
  await expect(page.getByText('Rescheduled to')).toBeVisible();
  const next = (await stored(page, id)).next_appointment_id!;
  await expect(page).toHaveURL(new RegExp(`visit=${next}`));
  return { id, next };
}

for (const screen of ['schedule', 'today'] as const) {
  test(`a rescheduled visit is followed once, and opens again after undo (${screen})`, async ({ page }) => {
    const { id, next } = await reschedule(page, screen);
    // The panel shows the new visit and leads to the old one, which stays open.
    if (screen === 'schedule') {
      await page.locator(`[data-testid="visit-panel"] a[href*="visit=${id}"]`).click();
      await expect(page.locator(`[data-testid="visit-panel"] a[href*="visit=${next}"]`)).toBeVisible();
      await expect(page).toHaveURL(new RegExp(`visit=${id}`));
    }
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByText('Taken back.')).toBeVisible();
    await page.getByTestId('panel-close').click();
    await page.locator(`[data-id="${id}"]`).click();
    await expect(page.getByTestId('visit-move')).toBeVisible();
    await expect(page).toHaveURL(new RegExp(`visit=${id}`));
  });
}

for (const [scope, label] of [
  ['following', 'This one and those after it'],
  ['all', 'All of the series'],
] as const) {
  test(`a visit goes to another day with others of its series (${scope})`, async ({ page }) => {
    await openDesk(page, '/?view=week&staff=all#/schedule');
    const id = await movable(page);
    const WEEK = 7 * 86_400_000;
    const before = await page.evaluate(
      ([own, week]) => {
        const { memory } = window.petrelWorld!;
        const kept = memory.visits.find((each) => each.id === own)!;
        kept.series_id = 'series';
        const shifted = (name: string, by: number) => ({
          ...kept,
          id: name,
          starts_at: kept.starts_at + by,
          ends_at: kept.ends_at + by,
        });
        // Nothing stands in the way of this one.
        memory.visits = memory.visits.filter((each) => each.id === own || each.staff_id !== kept.staff_id);
        memory.visits.push(shifted('earlier', -week), shifted('later', week));
        window.petrelWorld!.changed(['appointments']);
        return kept.starts_at;
      },
      [id, WEEK] as const,
    );
    const starts = async () => [
      (await stored(page, 'earlier')).starts_at - before + WEEK,
      (await stored(page, id)).starts_at - before,
      (await stored(page, 'later')).starts_at - before - WEEK,
    ];
    await moveByKey(page, id, 'ArrowLeft');
    await page.getByRole('radio', { name: label }).check();
    await page.getByTestId('scope-confirm').click();
    await expect(page.getByText(/^Moved to .*19 Nov.* by as much\.$/)).toBeVisible();
    const day = -86_400_000;
    // What was a week ago is over, whether or not somebody closed it.
    expect(await starts()).toEqual([0, day, day]);
    expect((await stored(page, id)).status).toBe('confirmed');
    await page.keyboard.press('Control+z');
    await expect(page.getByText('Taken back: Visit moved.')).toBeVisible();
    expect(await starts()).toEqual([0, 0, 0]);
  });
}

for (const screen of ['schedule', 'today'] as const) {
  test(`a panel that shows a rescheduled visit goes back to the old one when that is undone (${screen})`, async ({
    page,
  }) => {
    const { id } = await reschedule(page, screen);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page).toHaveURL(new RegExp(`visit=${id}`));
    await expect(page.getByTestId('visit-move')).toBeVisible();
  });
}

test('the focus stays on its visit when another desk takes others away, and the board where it is scrolled to', async ({
  page,
}) => {
  await openDesk(page, '/?view=week&staff=all#/schedule');
  await page.getByTestId('visit').first().waitFor();
  const last = page.getByTestId('visit').last();
  await last.focus();
  const id = (await last.getAttribute('data-id'))!;
  const board = page.getByTestId('board');
  await board.evaluate((pane) => (pane.scrollTop = 0));
  const others = await page.getByTestId('visit').count();
  // The button it stands on goes: the buttons are reused by place.
  await page.evaluate((own) => {
    window.petrelWorld!.elsewhere(['appointments'], (memory) => {
      memory.visits = memory.visits.filter((each, place) => each.id === own || place % 2 === 0);
    });
  }, id);
  await expect.poll(() => page.getByTestId('visit').count()).toBeLessThan(others);
  await expect(page.locator(`[data-id="${id}"]`)).toBeFocused();
  expect(await board.evaluate((pane) => pane.scrollTop)).toBe(0);
});

test('what is typed of a visit goes along when it is rescheduled beside it, and back when that is undone', async ({
  page,
}) => {
  await openDesk(page, '/?view=week&staff=all#/schedule');
  const id = await movable(page);
  await clearTheWay(page, id);
  await page.locator(`[data-id="${id}"]`).click();
  await page.getByTestId('visit-edit').click();
  await page.getByTestId('edit-reason').fill('Limps since Monday');
  await moveByKey(page, id, 'ArrowRight');
  await expect(page.getByText('Rescheduled to')).toBeVisible();
  const next = (await stored(page, id)).next_appointment_id!;
  const drafts = () => page.evaluate(() => Object.keys(window.petrelWorld!.memory.drafts));
  await expect(page).toHaveURL(new RegExp(`visit=${next}`));
  const goOn = async () => {
    await page.getByTestId('visit-edit').click();
    await page.getByTestId('draft-continue').click();
    await expect(page.getByTestId('edit-reason')).toHaveValue('Limps since Monday');
  };
  await goOn();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page).toHaveURL(new RegExp(`visit=${id}`));
  await goOn();
  // Kept once for both, and for neither once it is saved.
  expect(await drafts()).toEqual([`visit:${id}`]);
  await page.getByTestId('edit-save').click();
  await expect.poll(drafts).toEqual([]);
});

test('a visit whose place another took neither shows nor overwrites what is typed of that one', async ({ page }) => {
  await openDesk(page, '/?view=week&staff=all#/schedule');
  const id = await movable(page);
  await clearTheWay(page, id);
  await moveByKey(page, id, 'ArrowLeft');
  await expect(page.getByText('Rescheduled to')).toBeVisible();
  const next = (await stored(page, id)).next_appointment_id!;
  const drafts = () => page.evaluate(() => Object.keys(window.petrelWorld!.memory.drafts).sort());
  const link = (other: string) => page.locator(`[data-testid="visit-panel"] a[href*="visit=${other}"]`);
  const openNext = async () => {
    await page.locator(`[data-id="${next}"]`).click();
    await expect(link(id)).toBeVisible();
  };
  await openNext();
  await page.getByTestId('visit-edit').click();
  await page.getByTestId('edit-reason').fill('Limps since Monday');
  await page.getByTestId('panel-close').click();
  await openNext();
  await link(id).click();
  await expect(link(next)).toBeVisible();
  await watchCommands(page);
  await page.getByTestId('visit-edit').click();
  await expect.poll(() => askedOf(page, 'draft')).toMatchObject({ times: 1, last: { key: `replaced:${id}` } });
  await expect(page.getByTestId('draft-notice')).toHaveCount(0);
  await page.getByTestId('edit-reason').fill('Came on Tuesday');
  await expect.poll(drafts).toEqual([`replaced:${id}`, `visit:${id}`]);
  await page.getByTestId('panel-close').click();
  await openNext();
  await page.getByTestId('visit-edit').click();
  await page.getByTestId('draft-continue').click();
  await expect(page.getByTestId('edit-reason')).toHaveValue('Limps since Monday');
});

for (const isFollowed of [true, false]) {
  test(`what was typed of a visit is there when its reschedule is undone ${isFollowed ? 'after' : 'without'} a look at the new one`, async ({
    page,
  }) => {
    await openDesk(page, '/?view=week&staff=all#/schedule');
    const id = await movable(page);
    await clearTheWay(page, id);
    await page.locator(`[data-id="${id}"]`).click();
    await page.getByTestId('visit-edit').click();
    await page.getByTestId('edit-reason').fill('Limps since Monday');
    if (!isFollowed) await page.getByTestId('panel-close').click();
    await moveByKey(page, id, 'ArrowRight');
    await expect(page.getByText('Rescheduled to')).toBeVisible();
    if (isFollowed) {
      await expect(page).toHaveURL(new RegExp(`visit=${(await stored(page, id)).next_appointment_id}`));
      await page.getByTestId('panel-close').click();
    }
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByText('Taken back.')).toBeVisible();
    await page.locator(`[data-id="${id}"]`).click();
    await page.getByTestId('visit-edit').click();
    await page.getByTestId('draft-continue').click();
    await expect(page.getByTestId('edit-reason')).toHaveValue('Limps since Monday');
  });
}

test('an answer that is offered no longer is shown, and kept unless another is chosen', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await page.evaluate((own) => {
    window.petrelWorld!.elsewhere(['appointments', 'services'], ({ visits, services }) => {
      const groom = services.find(({ name }) => name === 'Full groom')!;
      const answers = [{ name: 'Cut', field_type: 'choice' as const, value: 'Poodle' }];
      Object.assign(
        visits.find((kept) => kept.id === own)!,
        { service_id: groom.id, answers },
      );
    });
  }, id);
  await page.locator(`[data-id="${id}"]`).click();
  await page.getByTestId('visit-edit').click();
  const form = page.getByTestId('visit-edit-form');
  const cut = form.getByRole('combobox', { name: /^Cut/ });
  await expect(cut).toHaveText('Poodle (no longer offered)');
  await page.getByTestId('edit-reason').fill('Matted');
  await page.getByTestId('edit-save').click();
  await expect(form).toHaveCount(0);
  expect((await stored(page, id)).answers).toMatchObject([{ name: 'Cut', value: 'Poodle' }]);

  await page.getByTestId('visit-edit').click();
  await cut.click();
  await page.getByRole('option', { name: 'Teddy' }).click();
  await cut.click();
  // Until it is saved, the answer of then can be chosen again.
  await expect(page.getByRole('option')).toHaveText(['Short', 'Teddy', 'Breed standard', 'Poodle (no longer offered)']);
  await page.keyboard.press('Escape');
  await page.getByTestId('edit-save').click();
  await expect(form).toHaveCount(0);
  expect((await stored(page, id)).answers).toMatchObject([{ name: 'Cut', value: 'Teddy' }]);
  await page.getByTestId('visit-edit').click();
  await cut.click();
  await expect(page.getByRole('option')).toHaveText(['Short', 'Teddy', 'Breed standard']);
});

test('an answer to another service’s question of the same name is neither shown nor saved', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await page.evaluate((own) => {
    window.petrelWorld!.elsewhere(['appointments', 'services'], ({ visits, services }) => {
      const of = (wanted: string) => services.find(({ name }) => name === wanted)!;
      const answers = [{ name: 'Cut', field_type: 'choice' as const, value: 'Poodle' }];
      Object.assign(
        visits.find((kept) => kept.id === own)!,
        { service_id: of('Full groom').id, answers },
      );
      const question = { name: 'Cut', field_type: 'choice' as const, is_required: false, choices: ['Claws'] };
      Object.assign(of('Nail trim'), { form_fields: [question] });
    });
  }, id);
  await page.locator(`[data-id="${id}"]`).click();
  await page.getByTestId('visit-edit').click();
  const form = page.getByTestId('visit-edit-form');
  const choose = async (name: string) => {
    await form.getByRole('combobox', { name: 'Service' }).click();
    await page.getByRole('option', { name }).click();
  };
  const cut = form.getByRole('combobox', { name: /^Cut/ });
  await choose('Nail trim');
  await expect(cut).toHaveText('');
  await cut.click();
  await expect(page.getByRole('option')).toHaveText(['Not answered', 'Claws']);
  await page.keyboard.press('Escape');
  await choose('Full groom');
  await expect(cut).toHaveText('Poodle (no longer offered)');
  await choose('Nail trim');
  await page.getByTestId('edit-save').click();
  await expect(form).toHaveCount(0);
  expect((await stored(page, id)).answers).toEqual([]);
});

test('another service that takes more time than there is asks first, and loses nothing', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await page.evaluate((own) => {
    window.petrelWorld!.elsewhere(['appointments'], ({ visits }) => {
      const kept = visits.find((each) => each.id === own)!;
      visits.push({ ...kept, id: 'beside', client_id: null, pet_id: null, title: 'Beside' });
    });
  }, id);
  await page.locator(`[data-id="${id}"]`).click();
  await page.getByTestId('visit-edit').click();
  const form = page.getByTestId('visit-edit-form');
  await form.getByRole('combobox', { name: 'Service' }).click();
  await page.getByRole('option', { name: 'Nail trim' }).click();
  await page.getByTestId('edit-reason').fill('Long claws');
  await page.getByTestId('edit-save').click();
  const question = page.getByTestId('conflict-dialog');
  await expect(question).toContainText('takes time that another one has');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByTestId('edit-reason')).toHaveValue('Long claws');
  expect((await stored(page, id)).is_overbooked).toBe(false);

  await page.getByTestId('edit-save').click();
  await page.getByRole('button', { name: 'Save anyway' }).click();
  await expect(form).toHaveCount(0);
  const { is_overbooked, notes } = await stored(page, id);
  expect({ is_overbooked, reason: notes.reason }).toEqual({ is_overbooked: true, reason: 'Long claws' });
});

test('the second click of a double click on “Undo” does not do it again', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await clearTheWay(page, id);
  const before = await stored(page, id);
  await page.locator(`[data-id="${id}"]`).focus();
  await page.keyboard.press('Alt+ArrowDown');
  const undo = page.getByRole('button', { name: 'Undo' });
  await expect(undo).toBeVisible();
  await watchCommands(page);
  await undo.click();
  await expect(page.getByText('Taken back.')).toBeVisible();
  await expect(undo).toHaveCount(1);
  await undo.evaluate((button) =>
    button.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail: 2 })),
  );
  expect(await askedOf(page, 'undo')).toMatchObject({ times: 1 });
  expect((await stored(page, id)).starts_at).toBe(before.starts_at);
  // A click of its own does.
  await undo.click();
  await expect.poll(async () => (await stored(page, id)).starts_at).not.toBe(before.starts_at);
});

test('another service brings its price, and offers to take as long as it does', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await clearTheWay(page, id);
  const prices = await page.evaluate((own) => {
    const { visits, services } = window.petrelWorld!.memory;
    const named = (name: string) => services.find((each) => each.name === name)!;
    const [from, to] = [named('Nail trim'), named('Full groom')];
    window.petrelWorld!.elsewhere(['appointments'], () => {
      const visit = visits.find((each) => each.id === own)!;
      const starts_at = Date.parse('2026-11-20T11:00:00+01:00');
      const ends_at = starts_at + from.duration_minutes * 60_000;
      Object.assign(visit, { service_id: from.id, starts_at, ends_at, estimated_cost_cents: from.base_price_cents });
    });
    return { to: to.base_price_cents, minutes: to.duration_minutes };
  }, id);
  await page.locator(`[data-id="${id}"]`).click();
  await page.getByTestId('visit-edit').click();
  const form = page.getByTestId('visit-edit-form');
  await form.getByRole('combobox', { name: 'Service' }).click();
  await page.getByRole('option', { name: 'Full groom' }).click();
  await page.getByTestId('edit-save').click();
  await page.getByRole('button', { name: 'Make it 1 h 30 min long' }).click();
  await expect
    .poll(async () => {
      const { starts_at, ends_at } = await stored(page, id);
      return (ends_at - starts_at) / 60_000;
    })
    .toBe(prices.minutes);
  expect((await stored(page, id)).estimated_cost_cents).toBe(prices.to);
});
