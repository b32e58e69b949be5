import type { Page } from '@playwright/test';
import { expect, openDesk, test } from './desk';
import { movable, placeAt, stored } from './visits';

const HOUR = 3_600_000;

test('a stay that goes on past midnight is moved by as much as it is dragged, and keeps its length', async ({
  page,
}) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await page.evaluate((own) => {
    window.petrelWorld!.elsewhere(['appointments'], (memory) => {
      const kept = memory.visits.find((each) => each.id === own)!;
      const starts_at = Date.parse('2026-11-20T17:00:00+01:00');
      Object.assign(kept, { starts_at, ends_at: starts_at + 3 * 86_400_000 });
      memory.visits = memory.visits.filter((each) => each === kept || each.staff_id !== kept.staff_id);
    });
  }, id);
  await page.getByTestId('board').evaluate((pane) => (pane.scrollTop = 16 * 60 * 1.6));
  const box = (await page.locator(`[data-id="${id}"]`).boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + 20];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x, y + 30 * 1.6, { steps: 4 });
  await expect(page.getByTestId('ghost')).toContainText('17:30');
  await page.mouse.up();
  await page.getByTestId('overbook').click();
  await expect(page.getByText('Moved to')).toBeVisible();
  const { starts_at, ends_at } = await stored(page, id);
  expect(starts_at).toBe(Date.parse('2026-11-20T17:30:00+01:00'));
  expect(ends_at - starts_at).toBe(72 * HOUR);
});

for (const hand of ['pointer', 'keyboard'] as const) {
  test(`a visit that has a colleague is not taken from them by dropping it on “Not assigned” (${hand})`, async ({
    page,
  }) => {
    await openDesk(page, '/#/schedule');
    const id = await movable(page);
    await page.evaluate((own) => {
      window.petrelWorld!.elsewhere(['appointments'], (memory) => {
        const kept = memory.visits.find((each) => each.id === own)!;
        const at = kept.starts_at - 3 * 3_600_000;
        memory.visits.push({ ...kept, id: 'nobodys', staff_id: null, starts_at: at, ends_at: at + 900_000 });
      });
    }, id);
    await expect(page.getByTestId('board-column').last()).toContainText('Not assigned');
    const before = await stored(page, id);
    const columns = await page.getByTestId('board-column').count();
    const visit = page.locator(`[data-id="${id}"]`);
    if (hand === 'pointer') {
      const box = (await visit.boundingBox())!;
      const to = await placeAt(page, columns - 1, 12, false);
      await page.mouse.move(box.x + box.width / 2, box.y + 6);
      await page.mouse.down();
      await page.mouse.move(to.x, to.y, { steps: 8 });
      await page.mouse.up();
    } else {
      await visit.focus();
      await page.keyboard.down('Alt');
      for (let step = 1; step < columns; step++) await page.keyboard.press('ArrowRight');
      await page.keyboard.up('Alt');
    }
    await expect(page.getByText('cannot be put under')).toBeVisible();
    await expect(page.getByTestId('ghost')).toHaveCount(0);
    await expect(page.getByTestId('scope-dialog').or(page.getByTestId('conflict-dialog'))).toHaveCount(0);
    await expect(page.getByText('Moved to')).toHaveCount(0);
    expect(await stored(page, id)).toEqual(before);
  });
}

test('a visit of nobody is moved in time, and given to a colleague', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await page.evaluate((own) => {
    window.petrelWorld!.elsewhere(['appointments'], (memory) => {
      const kept = memory.visits.find((each) => each.id === own)!;
      memory.visits = [{ ...kept, staff_id: null }];
    });
  }, id);
  const visit = page.locator(`[data-id="${id}"]`);
  const before = await stored(page, id);
  for (const key of ['ArrowDown', 'ArrowLeft']) {
    await visit.focus();
    await page.keyboard.down('Alt');
    await page.keyboard.press(key);
    await page.keyboard.up('Alt');
    if (key === 'ArrowDown') await page.getByTestId('overbook').click();
    await expect.poll(() => stored(page, id)).not.toEqual(before);
    await expect(page.getByTestId('ghost')).toHaveCount(0);
  }
  expect((await stored(page, id)).starts_at).toBe(before.starts_at + HOUR / 4);
  expect((await stored(page, id)).staff_id).not.toBeNull();
});

test.describe('another zone of the clinic, set at another desk,', () => {
  // On this Friday morning it is Friday in Tokyo, too, where the day has begun and ends eight hours earlier.
  const toTokyo = (page: Page) =>
    page.evaluate(() => window.petrelWorld!.elsewhere(['clinics'], ({ clinic }) => (clinic.timezone = 'Asia/Tokyo')));

  for (const screen of ['schedule', 'today']) {
    test(`is that of the day that is shown (${screen})`, async ({ page }) => {
      await openDesk(page, `/#/${screen}`);
      const late = await page.evaluate(() => {
        const [from, to] = [16, 18].map((hour) => Date.parse(`2026-11-20T${hour}:00:00+01:00`));
        const isLate = ({ starts_at }: { starts_at: number }) => starts_at >= from! && starts_at < to!;
        return window.petrelWorld!.memory.visits.find((kept) => kept.status === 'confirmed' && isLate(kept))!.id;
      });
      await expect(page.locator(`[data-id="${late}"]`)).toHaveCount(1);
      await toTokyo(page);
      await expect(page.locator(`[data-id="${late}"]`)).toHaveCount(0);
    });
  }

  test('is that of the month', async ({ page }) => {
    await openDesk(page, '/?view=month#/schedule');
    const saturday = page.locator('[data-date="2026-11-21"]');
    const before = (await saturday.getAttribute('aria-label'))!;
    await toTokyo(page);
    await expect(saturday).not.toHaveAttribute('aria-label', before);
  });

  test('is that of the free times', async ({ page }) => {
    await openDesk(page, '/?book=new#/schedule');
    await expect(page.getByTestId('booking-service')).toContainText('Consultation');
    await expect(page.getByTestId('free-slot').first()).toContainText('11:30');
    await toTokyo(page);
    // The day’s work is all but over there: no half hour is left before Saturday.
    await expect(page.getByTestId('free-slot').first()).toHaveAttribute('aria-label', /^Sat, 21 Nov, 0?9:00/);
  });
});

test('the month is asked for anew when a service is another: who stays the night takes nobody’s time', async ({
  page,
}) => {
  await openDesk(page, '/?view=month#/schedule');
  const friday = page.locator('[data-date="2026-11-20"]');
  const before = (await friday.getAttribute('aria-label'))!;
  // The clinic in memory does not look at the kind: that it is asked shows in the visits.
  await page.evaluate(() => window.petrelWorld!.elsewhere(['services'], (memory) => void (memory.visits = [])));
  await expect(friday).not.toHaveAttribute('aria-label', before);
});

test('an emergency shows in a box of any width, and hours for emergencies alone say so', async ({ page }) => {
  await openDesk(page, '/?view=week&staff=all#/schedule');
  await page.getByTestId('visit').first().waitFor();
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['appointments', 'schedule_overrides'], ({ visits, overrides }) => {
      for (const each of visits) each.is_emergency = true;
      for (const over of overrides) over.reason = null;
    }),
  );
  const urgent = page.locator('[data-testid="visit"][data-emergency]');
  await urgent.first().waitFor();
  const boxes = await urgent.evaluateAll((all) =>
    all.map((box) => ({
      isSlim: box.querySelector('.mark')!.textContent === '',
      mark: getComputedStyle(box.querySelector('.visit-text')!, '::before').width,
    })),
  );
  expect(boxes.some(({ isSlim }) => isSlim)).toBe(true);
  expect(new Set(boxes.map(({ mark }) => mark))).toEqual(new Set(['13px']));
  await page.getByTestId('view-day').click();
  await expect(page.locator('.shade[data-kind="emergency_only"]')).toHaveText('Emergencies only');
});

test('why a colleague is away all day stays in sight, and the others have the room of their column', async ({
  page,
}) => {
  await openDesk(page, '/#/schedule');
  await page.getByTestId('visit').first().waitFor();
  const heads = page.getByTestId('board-column');
  const before = (await heads.first().boundingBox())!.width;
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['appointments', 'schedule_overrides'], (memory) => {
      const away = memory.staff.find(({ first_name }) => first_name === 'Lena')!.id;
      memory.visits = memory.visits.filter(({ staff_id }) => staff_id !== away);
      const reason = 'Away until Monday';
      const day = { on_date: '2026-11-20', start: null, end: null, recurrence: null };
      Object.assign(memory.overrides[0]!, day, { staff_id: away, kind: 'unavailable', reason });
    }),
  );
  const reason = page.getByText('Away until Monday');
  await expect(reason).toBeInViewport({ ratio: 1 });
  const [first, last] = [(await heads.first().boundingBox())!, (await heads.last().boundingBox())!];
  expect(first.width).toBeGreaterThan(before);
  expect(last.width).toBeLessThan(first.width / 2);
  await expect(heads.last()).toContainText('Lena Fischer');
  // Below the head, wherever the day is scrolled to.
  for (const to of [0, 900]) {
    await page.getByTestId('board').evaluate((pane, top) => (pane.scrollTop = top), to);
    await expect(reason).toBeInViewport({ ratio: 1 });
    expect((await reason.boundingBox())!.y).toBeGreaterThanOrEqual(last.y + last.height);
  }
});

for (const [locale, first] of [
  ['en-US', '2026-11-01'],
  ['es-ES', '2026-10-26'],
] as const) {
  test(`the month begins on the day that weeks begin on (${locale})`, async ({ page }) => {
    await openDesk(page, '/?view=month#/schedule', { locale });
    const days = page.getByTestId('month-day');
    await expect(days.first()).toHaveAttribute('data-date', first);
    expect((await days.count()) % 7).toBe(0);
  });
}

test.describe('at 200 %', () => {
  test.use({ viewport: { width: 683, height: 384 } });

  test('nothing on a card of today covers anything, and columns keep a width that can be read', async ({ page }) => {
    await openDesk(page, '/#/today');
    const card = page.getByTestId('lane-expected').getByTestId('today-card').first();
    await expect(card).toContainText('late');
    const button = (await card.getByTestId('today-next').boundingBox())!;
    const late = (await card.getByText('late').boundingBox())!;
    expect(late.x + late.width <= button.x || late.y + late.height <= button.y).toBe(true);
    await page.goto('/#/schedule');
    const column = page.getByTestId('board-column').first();
    await column.waitFor();
    expect((await column.boundingBox())!.width).toBeGreaterThanOrEqual(128);
    // One needs no more than there is: the board does not scroll sideways for it.
    const own = await page.evaluate(() => window.petrelWorld!.memory.staff[1]!.id);
    await page.goto(`/?staff=${own}#/schedule`);
    await expect(page.getByTestId('board-column')).toHaveCount(1);
    expect(await page.getByTestId('board').evaluate((pane) => pane.scrollWidth - pane.clientWidth)).toBe(0);
  });
});

test('what is kept free after a visit is drawn below it, and read with it', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await page.evaluate((own) => {
    window.petrelWorld!.elsewhere(['appointments', 'services'], (memory) => {
      const kept = memory.visits.find((each) => each.id === own)!;
      memory.visits = [kept];
      Object.assign(
        memory.services.find((each) => each.id === kept.service_id)!,
        { buffer_minutes: 25 },
      );
    });
  }, id);
  const visit = page.locator(`[data-id="${id}"]`);
  await expect(visit).toHaveAccessibleName(/then 25 min kept free/);
  const [box, tail] = [
    (await visit.boundingBox())!,
    (await page.locator('[data-testid=board-tails] path').boundingBox())!,
  ];
  expect(Math.abs(tail.x - box.x)).toBeLessThan(1);
  expect(Math.abs(tail.width - box.width)).toBeLessThan(1);
  expect(tail.y - (box.y + box.height)).toBeCloseTo(1, 0);
  expect(tail.height).toBeCloseTo(25 * 1.6 - 1, 0);
});
