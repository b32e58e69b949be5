// What a receptionist does with somebody on the phone.
import type { Page } from '@playwright/test';
import { expect, expectAccessible, openDesk, test } from './desk';
import { aClient } from './people';
import { movable, placeAt } from './visits';

const service = (page: Page) => page.getByTestId('booking-service');
const length = (page: Page) => page.getByTestId('booking-duration');

async function chooseService(page: Page, name: string): Promise<void> {
  await service(page).click();
  await page.getByRole('option', { name }).click();
  await expect(service(page)).toContainText(name);
}

/** The visits that were booked in this test, in their order. */
const booked = (page: Page, before: number) =>
  page.evaluate((known) => window.petrelWorld!.memory.visits.slice(known), before);
const visitCount = (page: Page) => page.evaluate(() => window.petrelWorld!.memory.visits.length);

test('what must be known of a client is told before they are booked, and when they come next', async ({ page }) => {
  await openDesk(page, '/#/today');
  const id = await aClient(page, 'family');
  await page.goto(`/?book=new&client=${id}#/schedule`);
  const panel = page.getByTestId('booking-panel');
  const told = await page.evaluate((own) => {
    const { pets, visits } = window.petrelWorld!.memory;
    const next = visits
      .filter(({ client_id, starts_at }) => client_id === own && starts_at > window.petrelWorld!.now())
      .some(({ status }) => ['pending', 'confirmed', 'reminded'].includes(status));
    return { alert: pets.find(({ client_id, alerts }) => client_id === own && alerts)!.alerts!, next };
  }, id);
  await expect(panel.getByTestId('client-alerts')).toContainText(told.alert);
  await expect(panel.getByTestId('booking-next')).toHaveCount(told.next ? 1 : 0);
  await expectAccessible(page);
});

test('another visit begins as the one before it was: the same service, colleague and length', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  const was = await page.evaluate((own) => {
    const { visits, staff, services } = window.petrelWorld!.memory;
    const visit = visits.find((each) => each.id === own)!;
    window.petrelWorld!.elsewhere(['appointments'], () => (visit.ends_at = visit.starts_at + 55 * 60_000));
    const person = staff.find((each) => each.id === visit.staff_id)!;
    return {
      service: services.find((each) => each.id === visit.service_id)!.name,
      staff: `${person.first_name} ${person.last_name}`,
    };
  }, id);
  await page.locator(`[data-id="${id}"]`).click();
  await page.getByTestId('visit-menu').click();
  await page.getByRole('menuitem', { name: 'Book another visit' }).click();
  await expect(service(page)).toContainText(was.service);
  await expect(page.getByTestId('booking-staff')).toContainText(was.staff);
  await expect(length(page)).toHaveValue('55 min');
});

test('a length that is drawn on the board holds whatever it becomes for, until a place alone is chosen', async ({
  page,
}) => {
  await openDesk(page, '/#/schedule');
  await page.getByTestId('visit').first().waitFor();
  const draw = async (minutes: number) => {
    const { x, y } = await placeAt(page, 0, 19);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x, y + minutes * 1.6, { steps: 4 });
    await page.mouse.up();
    await expect(page.getByTestId('booking-time')).toHaveValue('19:00');
  };
  await draw(90);
  await expect(length(page)).toHaveValue('1 h 30 min');
  await chooseService(page, 'Vaccination');
  await expect(length(page)).toHaveValue('1 h 30 min');
  await draw(30);
  await expect(length(page)).toHaveValue('30 min');
  const { x, y } = await placeAt(page, 0, 20);
  await page.mouse.click(x, y + 4);
  await expect(page.getByTestId('booking-time')).toHaveValue('20:00');
  await expect(length(page)).toHaveValue('20 min');
});

test('with anyone each time is told once, and there is something in the afternoon', async ({ page }) => {
  await openDesk(page, '/?book=new&date=2026-11-23#/schedule');
  const slots = page.getByTestId('booking-panel').getByTestId('free-slot');
  await slots.first().waitFor();
  const names = async () =>
    (await slots.evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')!))).map((name) =>
      name.slice(0, name.lastIndexOf(',')),
    );
  const few = await names();
  expect(new Set(few).size).toBe(few.length);
  expect(few.some((name) => /, 0?[89]:/.test(name))).toBe(true);
  expect(few.some((name) => /, 1[2-7]:/.test(name))).toBe(true);
  await page.getByTestId('more-times').click();
  await expect.poll(async () => (await names()).length).toBeGreaterThan(few.length);
  const all = await names();
  expect(new Set(all).size).toBe(all.length);
});

test('a new client with a pet is typed and booked with one press', async ({ page }) => {
  await openDesk(page, '/?book=new#/schedule');
  const before = await visitCount(page);
  await page.getByTestId('booking-search').fill('nerea zubiri');
  await page.getByTestId('booking-new-client').click();
  await page.getByTestId('quick-phone').fill('+34 612 345 678');
  await page.getByTestId('quick-pet').fill('Txiki');
  await page.getByTestId('booking-save').dblclick();
  await expect(page.getByText('Booked:')).toBeVisible();
  const visits = await booked(page, before);
  const made = await page.evaluate(() => {
    const { clients, pets } = window.petrelWorld!.memory;
    const own = clients.filter(({ first_name }) => first_name === 'Nerea');
    return { clients: own.map(({ id }) => id), pets: pets.filter(({ name }) => name === 'Txiki').map(({ id }) => id) };
  });
  expect([made.clients.length, made.pets.length]).toEqual([1, 1]);
  expect(visits.map(({ client_id, pet_id }) => [client_id, pet_id])).toEqual([[made.clients[0], made.pets[0]]]);
});

test('Enter in the fields of a new client adds them, and books nothing', async ({ page }) => {
  await openDesk(page, '/?book=new#/schedule');
  const before = await visitCount(page);
  await page.getByTestId('booking-search').fill('nerea zubiri');
  await page.getByTestId('booking-new-client').click();
  await page.getByTestId('quick-phone').press('Enter');
  await expect(page.getByTestId('booking-client')).toHaveText('Nerea Zubiri');
  expect(await visitCount(page)).toBe(before);
});

test('one more pet of a client is taken in beside the booking, and comes', async ({ page }) => {
  await openDesk(page, '/#/today');
  const id = await aClient(page, 'family');
  await page.goto(`/?book=new&client=${id}#/schedule`);
  await page.getByTestId('booking-new-pet').click();
  await expect(page.getByTestId('new-pet-name')).toBeFocused();
  await page.keyboard.type('Pixel');
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  const pet = page.getByTestId('booking-pet').filter({ hasText: 'Pixel' });
  await expect(pet.locator('input')).toBeChecked();
  await expect(page.getByTestId('quick-pet-form')).toHaveCount(0);
  const before = await visitCount(page);
  await page.getByTestId('booking-save').click();
  await expect(page.getByText('Booked:')).toBeVisible();
  const made = await page.evaluate(() => window.petrelWorld!.memory.pets.find(({ name }) => name === 'Pixel')!);
  expect(made.client_id).toBe(id);
  expect((await booked(page, before)).map(({ pet_id }) => pet_id)).toContain(made.id);
});

test('a pet that was typed for somebody whom the clinic knows after all is not lost', async ({ page }) => {
  await openDesk(page, '/?book=new#/schedule');
  const known = await page.evaluate(() => {
    const { clients, pets } = window.petrelWorld!.memory;
    const client = clients.find(({ id }) => pets.some((pet) => pet.client_id === id && !pet.deceased_on))!;
    const pet = pets.find((each) => each.client_id === client.id && !each.deceased_on)!;
    return { first: client.first_name, last: client.last_name, pet: pet.name };
  });
  const typed = async (pet: string) => {
    await page.getByTestId('booking-new-client-button').click();
    await page.getByTestId('quick-first').fill(known.first);
    await page.getByTestId('quick-last').fill(known.last);
    await page.getByTestId('quick-pet').fill(pet);
    await page.getByTestId('quick-client').getByRole('button', { name: known.last }).first().click();
    await expect(page.getByTestId('booking-client')).toHaveText(`${known.first} ${known.last}`);
  };
  await typed('Pixel');
  await expect(page.getByTestId('new-pet-name')).toHaveValue('Pixel');
  await page.getByRole('button', { name: 'Another client' }).click();
  await typed(known.pet.toUpperCase());
  await expect(page.getByTestId('quick-pet-form')).toHaveCount(0);
  await expect(page.getByTestId('booking-pet').filter({ hasText: known.pet }).locator('input').first()).toBeChecked();
});

test('free times of a family are long enough for all who come to one colleague', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  const id = await aClient(page, 'family');
  await page.goto(`/?book=new&client=${id}&date=2026-11-23#/schedule`);
  await page.getByTestId('visit').first().waitFor();
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['appointments'], (memory) => {
      const vet = memory.staff.find(({ first_name }) => first_name === 'Marc')!;
      // Half an hour is free from eight, and from half past ten all that is needed.
      const starts_at = Date.parse('2026-11-23T08:30:00+01:00');
      const between = { ...memory.visits[0]!, id: 'between', staff_id: vet.id, status: 'confirmed' as const };
      const others = memory.visits.filter(({ staff_id }) => staff_id !== vet.id);
      memory.visits = [...others, { ...between, starts_at, ends_at: starts_at + 7_200_000 }];
    }),
  );
  await chooseService(page, 'Consultation');
  await page.getByTestId('booking-staff').click();
  await page.getByRole('option', { name: 'Marc Vidal' }).click();
  const pets = page.getByTestId('booking-pet');
  await pets.locator('input').first().check();
  await expect(page.getByTestId('booking-time')).toHaveValue('8:00');
  await pets.locator('input').nth(1).check();
  await expect(page.getByTestId('booking-time')).toHaveValue('10:30');
});

test('whom no time suits is put on the waitlist with what was typed, and the booking is done with', async ({
  page,
}) => {
  await openDesk(page, '/#/today');
  const id = await aClient(page, 'family');
  await page.goto(`/?book=new&client=${id}#/schedule`);
  await page.getByTestId('booking-pet').first().locator('input').check();
  await chooseService(page, 'Vaccination');
  await page.getByTestId('booking-reason').fill('Only mornings');
  await page.getByTestId('booking-wait').click();
  const dialog = page.getByTestId('waitlist-dialog');
  await expect(dialog.getByTestId('waitlist-service')).toContainText('Vaccination');
  await expectAccessible(page);
  await dialog.getByTestId('save-waitlist').click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByTestId('booking-panel')).toHaveCount(0);
  const made = await page.evaluate(() => {
    const { waitlist, services } = window.petrelWorld!.memory;
    const entry = waitlist.at(-1)!;
    const service = services.find((each) => each.id === entry.service_id)?.name;
    return { client: entry.client_id, service, notes: entry.notes, hasPet: entry.pet_id !== null };
  });
  expect(made).toEqual({ client: id, service: 'Vaccination', notes: 'Only mornings', hasPet: true });
  await page.keyboard.press('c');
  await expect(page.getByTestId('booking-search')).toBeVisible();
  await expect(page.getByTestId('booking-draft')).toHaveCount(0);
});
