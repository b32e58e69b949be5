import type { NewClient } from './booking';

/** What was typed into the search, as the parts of a new client: a number is a phone, the first word a first name. */
export function splitName(typed: string): { first: string; last: string; phone: string } {
  const text = typed.trim();
  if (/^[+\d][\d\s().-]{4,}$/.test(text)) return { first: '', last: '', phone: text };
  const [first = '', ...rest] = text.split(/\s+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return { first, last: rest.join(' '), phone: '' };
}

/** A new client, begun with what was typed into the search. */
export const newClientOf = (typed: string): NewClient => ({
  ...splitName(typed),
  petName: '',
  species: 'dog',
  made: null,
});

/** Whether a pet of a client is the one that was typed. */
export const isCalled = (pet: { name: string }, name: string): boolean =>
  pet.name.trim().toLocaleLowerCase() === name.trim().toLocaleLowerCase();
