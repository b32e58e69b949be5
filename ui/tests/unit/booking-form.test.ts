import { render } from '@testing-library/svelte';
import { beforeEach, expect, it, vi } from 'vitest';
import { emptyBooking, emptyLine, type Line } from '$areas/booking/booking';
import type { BookingForm } from '$areas/booking/form.svelte';
import { backend, type Pet, type Service } from '$lib/backend';
import { invalidate, queryClient } from '$lib/data/live';
import { appState, refreshAppState, takeAppState } from '$lib/session.svelte';
import { installMock } from '../mock/install';
import type { World } from '../mock/world';
import FormHost from './FormHost.svelte';

// Friday, 20 November 2026, at 10:12: the clock of the screens begins with the file that holds it.
vi.hoisted(() => vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-20T10:12:00+01:00') }));

let world: World;
beforeEach(async () => {
  queryClient.clear();
  world = installMock();
  await refreshAppState();
});

/** A form that was just opened. */
function openForm(): BookingForm {
  const made: BookingForm[] = [];
  render(FormHost, { onmade: (form) => made.push(form) });
  return made[0]!;
}
const at = (instant: string): number => Date.parse(instant);

it('keeps the second half of an hour that comes twice where the day stays the same', () => {
  const form = openForm();
  const second = at('2026-10-25T02:30:00+01:00');
  form.chooseTime(second);
  form.chooseDate('2026-10-25');
  expect(form.startsAt).toBe(second);
  form.chooseDate('2026-10-26');
  expect(form.startsAt).toBe(at('2026-10-26T02:30:00+01:00'));
});

it('reads the wall of the clinic’s zone as it is now', () => {
  const form = openForm();
  form.chooseTime(at('2026-11-20T23:30:00+01:00'));
  expect(form.date).toBe('2026-11-20');
  const app = appState()!;
  takeAppState({ ...app, clinic: { ...app.clinic!, timezone: 'Europe/Athens' } });
  expect(form.date).toBe('2026-11-21');
  form.chooseDate('2026-11-23');
  expect(form.startsAt).toBe(at('2026-11-23T00:30:00+02:00'));
});

it('stays on the day that is asked for, though nothing is free on it', async () => {
  const { memory } = world;
  memory.hours = memory.hours.filter(({ day_of_week }) => day_of_week !== 5);
  const form = openForm();
  form.chooseService(memory.services[0]!.id);
  await expect.poll(() => form.date).not.toBe('2026-11-20');
  form.chooseDate('2026-11-20');
  expect([form.date, form.startsAt]).toEqual(['2026-11-20', null]);
  // Where there is a free time on it, that is taken.
  form.chooseDate('2026-11-23');
  await expect.poll(() => form.startsAt).not.toBeNull();
  expect(form.date).toBe('2026-11-23');
});

it('goes on with what was left at a time of a day that is over on the first that is free today', async () => {
  const form = openForm();
  form.chooseService('x');
  form.goOn({ ...form.booking, date: '2026-11-19', startsAt: at('2026-11-19T09:00:00+01:00'), isTimeChosen: true });
  await expect.poll(() => form.startsAt).toBeGreaterThan(Date.now());
  expect(form.date).toBe('2026-11-20');
});

it('asks for a time as long as the longest stay of a family, and as long as all of their visits', async () => {
  const { services } = world.memory;
  const [exam, boarding] = services as [Service, Service];
  Object.assign(boarding, { kind: 'boarding', duration_minutes: 1440 });
  const asked = vi.spyOn(backend, 'freeSlots');
  const form = openForm();
  await expect.poll(() => form.services.data).toBeTruthy();
  const stay = { ...emptyLine(), serviceId: boarding.id, duration: 3 * 1440 };
  const visit = { ...emptyLine(), serviceId: exam.id };
  const askedFor = (...lines: Line[]): void => {
    form.booking.lines = lines.map((line, index) => ({ ...line, petId: `${index}` }));
  };
  askedFor(stay, { ...stay, duration: 4 * 1440 }, visit);
  await expect.poll(() => asked.mock.lastCall?.[0].duration_minutes).toBe(4 * 1440);
  askedFor(visit, stay, visit);
  await expect.poll(() => asked.mock.lastCall?.[0].duration_minutes).toBe(2 * exam.duration_minutes);
  form.booking.lines = [{ ...stay, petId: 'a' }];
  form.togglePet('b', true);
  expect(form.booking.lines[1]).toMatchObject({ petId: 'b', duration: 3 * 1440 });
});

it('goes on without a pet that has died since', async () => {
  const { pets } = world.memory;
  const other = pets.find((pet) => !pet.deceased_on && pets.some((one) => one !== pet && isKin(one, pet)))!;
  const died = pets.find((pet) => pet !== other && isKin(pet, other))!;
  died.deceased_on = '2026-11-19';
  const form = openForm();
  const lines = [died, other].map(({ id }) => ({ ...emptyLine(), petId: id, serviceId: 'exam' }));
  form.goOn({ ...emptyBooking('2026-11-20'), clientId: other.client_id, clientName: 'Romero', lines });
  expect(form.booking.lines).toHaveLength(2);
  await expect.poll(() => form.booking.lines.map(({ petId }) => petId)).toEqual([other.id]);
  other.deceased_on = '2026-11-20';
  invalidate(['pets']);
  await expect.poll(() => form.booking.lines.map(({ petId }) => petId)).toEqual([null]);
});
const isKin = (one: Pet, other: Pet): boolean => one.client_id === other.client_id;
