import { expect, it } from 'vitest';
import type { AppointmentCard } from '$lib/backend';
import { bookedMinutes, lanesOf, minutesIn, minutesLate, pickUpTone, waitTone, workTone } from '$areas/today/board';
import { isLeftOpen } from '$areas/visit/left-open';
import { waitsToday } from '$areas/visit/pick-up';
import { levelOf, loadOf, monthOf, weeksOf } from '$areas/schedule/month';
import { slotsByDay } from '$areas/visit/slots';
import { adviceFor } from '$areas/lock/trouble';
import { addDays } from '$lib/time/zone';

const card = (
  id: string,
  status: AppointmentCard['status'],
  starts_at: number,
  status_since = 0,
  is_emergency = false,
  more: Partial<AppointmentCard> = {},
) =>
  ({
    ...{ id, status, starts_at, status_since, is_emergency, ends_at: starts_at, actual_end_at: null },
    ...{ pet_id: 'pet', client_id: 'client', picked_up_at: null },
    ...more,
  }) as AppointmentCard;

it('puts each visit where it stands: who waits longest first, emergencies before all', () => {
  const lanes = lanesOf([
    card('late', 'confirmed', 20),
    card('early', 'reminded', 10),
    card('short', 'checked_in', 0, 50),
    card('long', 'checked_in', 0, 10),
    card('urgent', 'checked_in', 0, 90, true),
    card('done', 'completed', 0, 5),
    card('done first', 'completed', 9, 2),
    card('fetched', 'completed', 0, 1, false, { picked_up_at: 20 }),
    card('fetched last', 'completed', 0, 1, false, { picked_up_at: 30 }),
    // Time that was blocked is nobody's turn.
    card('meeting', 'completed', 0, 10, false, { pet_id: null, client_id: null }),
    card('meeting to come', 'confirmed', 5, 0, false, { pet_id: null, client_id: null }),
    card('stray', 'confirmed', 30, 0, false, { client_id: null }),
    card('no', 'no_show', 0, 40),
    card('off', 'cancelled', 0, 50),
    card('moved', 'rescheduled', 0),
  ]);
  expect(Object.fromEntries(Object.entries(lanes).map(([lane, cards]) => [lane, cards.map(({ id }) => id)]))).toEqual({
    expected: ['early', 'late', 'stray'],
    arrived: ['urgent', 'long', 'short'],
    in_progress: [],
    ready: ['done first', 'done'],
    gone: ['fetched last', 'fetched', 'off', 'no'],
  });
});

it('asks for a pick-up of whom is here today, and of nobody on earlier days', () => {
  const [noon, zone] = [Date.parse('2026-11-20T12:00:00Z'), 'Europe/Madrid'];
  const day = 86_400_000;
  const asked = (more: Partial<AppointmentCard>, status: AppointmentCard['status'] = 'completed') =>
    waitsToday(card('a', status, noon, 0, false, { ends_at: noon, ...more }), noon, zone);
  expect(asked({})).toBe(true);
  expect(asked({ picked_up_at: noon })).toBe(false);
  expect(asked({ pet_id: null, client_id: null })).toBe(false);
  expect(asked({}, 'in_progress')).toBe(false);
  expect(asked({ ends_at: noon - day })).toBe(false);
  // It was to be over yesterday, and was over this morning; and a stay that is over before its last day.
  expect(asked({ ends_at: noon - day, actual_end_at: noon - 1 })).toBe(true);
  expect(asked({ ends_at: noon + day, actual_end_at: noon - day })).toBe(true);
});

it('a visit of an earlier day is left open while somebody is here', () => {
  const [noon, zone] = [Date.parse('2026-11-20T12:00:00Z'), 'Europe/Madrid'];
  const isLeft = (status: AppointmentCard['status'], ends: string) =>
    isLeftOpen(card('a', status, 0, 0, false, { ends_at: Date.parse(ends) }), noon, zone);
  expect(isLeft('in_progress', '2026-11-19T23:45:00+01:00')).toBe(true);
  expect(isLeft('checked_in', '2026-11-19T12:00:00+01:00')).toBe(true);
  // It was to be over at midnight, or this morning.
  expect(isLeft('in_progress', '2026-11-20T00:00:00+01:00')).toBe(false);
  expect(isLeft('in_progress', '2026-11-20T08:00:00+01:00')).toBe(false);
  expect(isLeft('confirmed', '2026-11-19T12:00:00+01:00')).toBe(false);
});

it('counts full minutes and never below none', () => {
  expect(minutesIn(card('a', 'checked_in', 0, 0), 119_999)).toBe(1);
  expect(minutesIn(card('a', 'checked_in', 0, 60_000), 0)).toBe(0);
  expect(minutesLate(card('a', 'confirmed', 0), 300_000)).toBe(5);
  expect([0, 15, 30].map(waitTone)).toEqual(['calm', 'long', 'too_long']);
  expect([30, 119, 120].map(pickUpTone)).toEqual(['calm', 'calm', 'long']);
});

it('finds work long by what it was given, not by the clock', () => {
  const booked = bookedMinutes({ ...card('a', 'in_progress', 0), ends_at: 3_600_000 });
  expect(booked).toBe(60);
  expect([37, 60, 61, 75].map((since) => workTone(since, booked))).toEqual(['calm', 'calm', 'long', 'too_long']);
});

it('says how full a day is', () => {
  const of = (booked_minutes: number, open_minutes: number, visits = 1) => ({
    date: '2026-11-20',
    visits,
    emergencies: 0,
    booked_minutes,
    open_minutes,
  });
  expect(loadOf(of(50, 100))).toBe(0.5);
  expect(loadOf(of(200, 100))).toBe(1);
  expect(loadOf(of(0, 0, 0))).toBe(0);
  expect([of(0, 0, 0), of(10, 0), of(10, 100), of(50, 100), of(90, 100)].map(levelOf)).toEqual([
    'closed',
    'full',
    'free',
    'usual',
    'full',
  ]);
});

it('cuts the weeks of a month on whichever day they begin', () => {
  const around = (first: string, length: number) =>
    Array.from({ length: length + 12 }, (_, index) => ({
      ...{ visits: 0, emergencies: 0, booked_minutes: 0, open_minutes: 0 },
      date: addDays(first, index - 6),
    }));
  const ends = (first: string, length: number, firstDay: number) => {
    const weeks = weeksOf(around(first, length), firstDay);
    expect(weeks.every((week) => week.length === 7)).toBe(true);
    return [weeks[0]![0]!.date, weeks.at(-1)![6]!.date, weeks.length];
  };
  // November 2026 begins on a Sunday, June on a Monday; February 2027 is four weeks from Monday.
  expect(ends('2026-11-01', 30, 1)).toEqual(['2026-10-26', '2026-12-06', 6]);
  expect(ends('2026-11-01', 30, 0)).toEqual(['2026-11-01', '2026-12-05', 5]);
  expect(ends('2026-06-01', 30, 0)).toEqual(['2026-05-31', '2026-07-04', 5]);
  expect(ends('2026-06-01', 30, 6)).toEqual(['2026-05-30', '2026-07-03', 5]);
  expect(ends('2027-02-01', 28, 1)).toEqual(['2027-02-01', '2027-02-28', 4]);
  expect([monthOf(around('2026-11-01', 30)), monthOf([]), weeksOf([], 1)]).toEqual(['2026-11', undefined, []]);
});

it('advises another file where trying this one again cannot help', () => {
  const best = (['corrupt', 'key_missing', 'wrong_key', 'disk_full'] as const).map(
    (code) => adviceFor(code).isRestoreBest,
  );
  expect(best).toEqual([true, true, undefined, undefined]);
  // A newer program opens the file; until there is one, a backup from before is worked in.
  expect(adviceFor('newer_file')).toMatchObject({ mayRestore: true, maySetAside: false });
});

it('groups free times by the clinic’s days', () => {
  const slot = (iso: string) => ({ staff_id: 'a', starts_at: Date.parse(iso), ends_at: Date.parse(iso) + 1 });
  const days = slotsByDay([slot('2026-11-20T22:30:00Z'), slot('2026-11-20T23:30:00Z')], 'Europe/Madrid');
  expect(days.map(([date, slots]) => [date, slots.length])).toEqual([
    ['2026-11-20', 1],
    ['2026-11-21', 1],
  ]);
});
