import { describe, expect, it } from 'vitest';
import type { FreeSlot, WaitlistEntry } from '$lib/backend';
import { bookingFor, fitting, narrowed, wishFormOf, wishOf } from '$areas/waitlist/wish';

const ZONE = 'Europe/Madrid';
const slot = (staff_id: string, starts: string): FreeSlot => ({
  staff_id,
  starts_at: Date.parse(starts),
  ends_at: Date.parse(starts) + 1_800_000,
});
const entry = (more: Partial<WaitlistEntry> = {}): WaitlistEntry => ({
  id: 'e',
  client_id: 'c',
  pet_id: null,
  service_id: null,
  staff_id: null,
  requested_on: null,
  earliest: null,
  latest: null,
  priority: 0,
  notes: null,
  status: 'active',
  client_name: 'Sofía Kelly',
  client_phone: '+34617983028',
  pet_name: 'Kira',
  created_at: 0,
  is_over: false,
  ...more,
});

describe('the free times that fit a wish', () => {
  const slots = [
    slot('a', '2026-11-20T08:00:00Z'),
    slot('b', '2026-11-20T08:00:00Z'),
    slot('a', '2026-11-20T11:30:00Z'),
    slot('a', '2026-11-20T11:45:00Z'),
    slot('a', '2026-11-21T09:00:00Z'),
  ];
  const times = (wish: Partial<WaitlistEntry>, limit = 9) =>
    fitting(slots, entry(wish), ZONE, limit).map(({ starts_at }) => new Date(starts_at).toISOString().slice(8, 16));

  it('says each time once, whoever could take it', () => {
    expect(times({})).toEqual(['20T08:00', '20T11:30', '20T11:45', '21T09:00']);
  });

  it('keeps to the wall clock of the clinic: both ends may be taken', () => {
    expect(times({ earliest: '09:30', latest: '12:30' })).toEqual(['20T11:30', '21T09:00']);
  });

  it('keeps to the day, and to as many as were asked for', () => {
    expect(times({ requested_on: '2026-11-20' }, 2)).toEqual(['20T08:00', '20T11:30']);
  });
});

describe('the waitlist narrowed down', () => {
  const all = [
    entry({ id: '1', service_id: 's' }),
    entry({ id: '2' }),
    entry({ id: '3', service_id: 'x', notes: 'Mañanas' }),
  ];
  const ids = (text: string, service: string) => narrowed(all, text, service).map(({ id }) => id);

  it('finds words in any order and without their accents', () => {
    expect(ids('kira sofia', '')).toEqual(['1', '2', '3']);
    expect(ids('MANANAS', '')).toEqual(['3']);
    expect(ids('nobody', '')).toEqual([]);
  });

  it('finds a phone as it is shown, as it is dialled, and by its end', () => {
    const dialled = (text: string) =>
      narrowed([entry({ id: '1', client_phone: '+14155552671' }), entry({ id: '2', client_phone: null })], text, '')
        .length;
    expect(['(415) 555-2671', '0415 555', '2671', '+1 415'].map(dialled)).toEqual([1, 1, 1, 1]);
    expect(['671 room', '999'].map(dialled)).toEqual([0, 0]);
  });

  it('shows who takes any service with each of them', () => {
    expect(ids('', 's')).toEqual(['1', '2']);
  });
});

describe('the form of a wish', () => {
  it('gives back what was there, unchanged', () => {
    const {
      status: _s,
      client_name: _n,
      client_phone: _p,
      pet_name: _t,
      created_at: _c,
      is_over: _o,
      id: _i,
      ...wish
    } = entry({
      pet_id: 'p',
      requested_on: '2026-11-20',
      earliest: '09:00',
      latest: '12:30',
      priority: 2,
      notes: 'Short notice',
    });
    expect(wishOf(wishFormOf({ ...entry(), ...wish }))).toEqual(wish);
  });
});

it('a wish is booked for as long as its service takes, not for as long as the visit that went', () => {
  const booking = bookingFor(entry({ service_id: 's' }), slot('a', '2026-06-01T10:00:00+02:00'));
  expect(booking.pets[0]).toMatchObject({ service_id: 's', staff_id: 'a', duration_minutes: null });
});
