import { describe, expect, it } from 'vitest';
import type { Client } from '$lib/backend';
import { canBeKnown, detailsOf, emptyForm, formOf, nameOf, withDetails } from '$areas/clients/client-form';
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
} as unknown as Client;

describe('the form of a client', () => {
  it('gives back what was there, unchanged', () => {
    const { first_name, last_name, email, phone, address, notes, tags, custom_fields } = client;
    expect(detailsOf(formOf(client))).toEqual({
      first_name,
      last_name,
      email,
      phone,
      address,
      notes,
      tags,
      custom_fields,
    });
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
