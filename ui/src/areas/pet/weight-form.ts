import { dateOf, instantAt } from '$lib/time/zone';

/** A weight as it is typed: in the unit of the clinic's region, and on which day. */
export interface WeightForm {
  typed: number | null;
  date: string;
}

/** Noon of a day, where the hour is not known. */
const NOON = 12 * 60;

/** When a weight was taken: of today now, of another day at its noon; as it was (`kept`) where the day is the same. */
export function weighedAt(date: string, now: number, zone: string, kept?: number): number | null {
  if (kept !== undefined && dateOf(kept, zone) === date) return null;
  return date === dateOf(now, zone) ? (kept === undefined ? null : now) : instantAt(date, NOON, zone);
}

/** What is wrong with the day of a weight. */
export function dayProblem(date: string, today: string, bornOn: string | null): 'future' | 'unborn' | null {
  if (date > today) return 'future';
  return bornOn !== null && date < bornOn ? 'unborn' : null;
}
