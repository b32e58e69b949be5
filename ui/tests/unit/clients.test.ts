import { describe, expect, it } from 'vitest';
import type { AppointmentCard, Client, ClientRow } from '$lib/backend';
import { isAllToCome, parted } from '$areas/client/visits';
import { canBeKnown, detailsOf, emptyForm, formOf, ownTroubles, withDetails } from '$areas/clients/client-form';
import { nameOf } from '$areas/clients/name';
import { belongs, noShowsOf } from '$areas/clients/figures';
import { guessFrom } from '$areas/clients/filter';
import { PAGE, pagesFor, rowAfter } from '$areas/clients/windows';

const client = {
  first_name: 'Ana',
  last_name: 'García',
  email: null,
  phone: '+34672790448',
  address: null,
  notes: 'Prefers mornings',
  tags: ['VIP'],
  custom_fields: { Insurance: 'Mapfre' },
  wishes: {
    email_status: 'bounced',
    is_sms_allowed: false,
    notifications: {
      sms_reminders: true,
      email_reminders: false,
      appointment_confirmations: true,
      medical_updates: true,
    },
  },
} as unknown as Client;

describe('the form of a client', () => {
  it('gives back what was there, unchanged', () => {
    const { first_name, last_name, email, phone, address, notes, tags, custom_fields, wishes } = client;
    expect(detailsOf(formOf(client))).toEqual({
      first_name,
      last_name,
      email,
      phone,
      address,
      notes,
      tags,
      custom_fields,
      wishes,
    });
  });

  it('says of own fields which value would be lost', () => {
    const own = (...pairs: [string, string][]) => ownTroubles(pairs.map(([name, value]) => ({ name, value })));
    expect(own(['Insurance', 'Mapfre'], [' ', 'x'], ['Insurance ', 'Adeslas'])).toEqual([null, 'nameless', 'twice']);
    expect(own(['Insurance', ''], ['Insurance', 'Adeslas'], ['', ''])).toEqual([null, null, null]);
  });

  it('sends nothing where nothing is typed, and no own field without a name or a value', () => {
    const form = {
      ...emptyForm(),
      first: ' Ana ',
      phone: '  ',
      own: [
        { name: ' ', value: 'x' },
        { name: 'a', value: ' ' },
      ],
    };
    expect(detailsOf(form)).toMatchObject({ first_name: 'Ana', phone: null, custom_fields: {} });
  });

  it('changes one thing and leaves the rest', () => {
    expect(withDetails(client, { notes: null })).toMatchObject({ notes: null, tags: ['VIP'], phone: '+34672790448' });
  });

  it('calls a client by what is known', () => {
    expect(nameOf(client)).toBe('Ana García');
    expect(nameOf({ first_name: '', last_name: '', phone: null, email: 'a@b.example' })).toBe('a@b.example');
  });

  it('looks for the same person as soon as somebody could be known', () => {
    expect(canBeKnown({ ...emptyForm(), first: 'Ana' })).toBe(false);
    expect(canBeKnown({ ...emptyForm(), first: 'Ana', last: 'García' })).toBe(true);
    expect(canBeKnown({ ...emptyForm(), phone: '672 79' })).toBe(false);
    expect(canBeKnown({ ...emptyForm(), phone: '672 790' })).toBe(true);
    expect(canBeKnown({ ...emptyForm(), email: 'ana@mail' })).toBe(false);
    expect(canBeKnown({ ...emptyForm(), email: 'ana@mail.example' })).toBe(true);
  });
});

describe('somebody who was not found', () => {
  it.each([
    ['maría del carmen lópez', { first: 'María', last: 'Del Carmen López' }],
    ['Ana McDonald', { first: 'Ana', last: 'McDonald' }],
    ['672 790 448', { phone: '672 790 448' }],
    ['+1 (415) 555', { phone: '+1 (415) 555' }],
    ['ana@mail.example', { email: 'ana@mail.example' }],
    ['  ', {}],
  ])('%j begins a new client', (typed, form) => expect(guessFrom(typed)).toEqual(form));
});

describe('the list', () => {
  it('asks for the pages in sight and the next', () => {
    expect(pagesFor(0, 30, 100_000)).toEqual([0, 1]);
    expect(pagesFor(95, 130, 100_000)).toEqual([0, 1, 2]);
    expect(pagesFor(99_980, 99_999, 100_000)).toEqual([999]);
    expect(pagesFor(0, 0, 0)).toEqual([0]);
    expect(pagesFor(250, 270, 120)).toEqual([1]);
  });

  it('covers every row that is in sight, wherever it is scrolled to', () => {
    for (let first = 0; first < 1000; first += 37) {
      const pages = pagesFor(first, Math.min(999, first + 45), 1000);
      for (let row = first; row <= Math.min(999, first + 45); row++) expect(pages).toContain(Math.floor(row / PAGE));
    }
  });

  it('goes from row to row by keys and stops at its ends', () => {
    expect(rowAfter('ArrowDown', 4, 10, 5)).toBe(5);
    expect(rowAfter('ArrowUp', 0, 10, 5)).toBe(0);
    expect(rowAfter('PageDown', 4, 10, 5)).toBe(8);
    expect(rowAfter('End', 4, 10, 5)).toBe(9);
    expect(rowAfter('Home', 4, 10, 5)).toBe(0);
    expect(rowAfter('x', 4, 10, 5)).toBeNull();
    expect(rowAfter('ArrowDown', 0, 0, 5)).toBeNull();
  });
});

describe('how often somebody did not come', () => {
  it('is nothing before there was a visit', () => {
    expect(noShowsOf({ completed: 0, no_shows: 0 })).toBeNull();
  });

  it('warns of a habit, not of a single time', () => {
    expect(noShowsOf({ completed: 1, no_shows: 1 })).toMatchObject({ rate: 0.5, isOften: false });
    expect(noShowsOf({ completed: 8, no_shows: 2 })).toMatchObject({ missed: 2, of: 10, isOften: true });
    expect(noShowsOf({ completed: 9, no_shows: 2 })?.isOften).toBe(false);
  });
});

describe('a part of the clients', () => {
  const now = Date.parse('2026-11-20T10:00:00Z');
  const row = (last: string | null, next: string | null) =>
    ({
      last_visit_at: last && Date.parse(last),
      next_visit_at: next && Date.parse(next),
    }) as ClientRow;

  it('holds who comes, or who has not come for a year', () => {
    const [away, regular, never] = [row('2025-11-20', null), row('2025-11-21', '2026-12-01'), row(null, null)];
    const inPart = (part: 'everybody' | 'coming' | 'away') =>
      [away, regular, never].map((one) => belongs(one, part, now));
    expect(inPart('everybody')).toEqual([true, true, true]);
    expect(inPart('coming')).toEqual([false, true, false]);
    expect(inPart('away')).toEqual([true, false, false]);
  });
});

describe('the visits of a client', () => {
  const now = 1000;
  const visit = (id: string, starts_at: number, status: string) =>
    ({ id, starts_at, ends_at: starts_at + 100, status }) as AppointmentCard;

  it('are parted into what comes, the soonest first, and what was, the latest first', () => {
    const visits = [
      visit('later', 3000, 'confirmed'),
      visit('off', 2000, 'cancelled'),
      visit('here', 950, 'in_progress'),
      visit('left open', 500, 'confirmed'),
      visit('done', 400, 'completed'),
    ];
    const { coming, past } = parted(visits, now);
    expect(coming.map(({ id }) => id)).toEqual(['here', 'later']);
    expect(past.map(({ id }) => id)).toEqual(['off', 'left open', 'done']);
  });

  it('are not all read while everything read lies ahead', () => {
    expect(isAllToCome([visit('a', 3000, 'confirmed')], now)).toBe(true);
    expect(isAllToCome([visit('a', 3000, 'confirmed'), visit('b', 10, 'completed')], now)).toBe(false);
    expect(isAllToCome([], now)).toBe(false);
  });
});
