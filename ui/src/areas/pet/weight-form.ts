import type { WeightPoint } from '$lib/backend';
import { dateOf, instantAt } from '$lib/time/zone';
import { gramsOf, typedOf, type WeightUnit } from '$lib/units';

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

/** What a weight that is set right begins with. */
export const weightFormOf = (point: WeightPoint, unit: WeightUnit, zone: string): WeightForm => ({
  typed: typedOf(point.grams, unit),
  date: dateOf(point.recorded_at, zone),
});

/**
 * A weight as it is set right: what was changed since the `start` as it is typed, the rest as it is kept now. Who changes the day alone changes no
 * gram: what is shown of it is rounded.
 */
export const correctionOf = (
  form: WeightForm,
  start: WeightForm,
  kept: WeightPoint,
  { unit, now, zone }: { unit: WeightUnit; now: number; zone: string },
) => ({
  record_id: kept.id,
  grams: form.typed === start.typed ? kept.grams : (gramsOf(form.typed, unit) ?? 0),
  recorded_at: form.date === start.date ? null : weighedAt(form.date, now, zone, kept.recorded_at),
});

/** What is wrong with the day of a weight. */
export function dayProblem(date: string, today: string, bornOn: string | null): 'future' | 'unborn' | null {
  if (date > today) return 'future';
  return bornOn !== null && date < bornOn ? 'unborn' : null;
}
