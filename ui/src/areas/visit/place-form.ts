import type { AppointmentCard } from '$lib/backend';
import { dateOf, daysBetween, instantAt, MINUTE, wallMinutes } from '$lib/time/zone';

type Stay = Pick<AppointmentCard, 'starts_at' | 'ends_at' | 'staff_id'>;

/** Where a visit is to stand, as it is typed. */
export interface PlaceForm {
  date: string;
  /** Minutes of the wall clock. */
  minutes: number | null;
  /** Empty where it is nobody's. */
  staffId: string;
  duration: number;
}

export const placeFormOf = (visit: Stay, zone: string, isBoarding = false): PlaceForm => ({
  date: dateOf(visit.starts_at, zone),
  minutes: wallMinutes(visit.starts_at, zone),
  staffId: visit.staff_id ?? '',
  duration: lengthOf(visit, isBoarding, zone),
});

const DAY = 1440;

/** Minutes of a visit. Those of a stay (boarding, or longer than a day) are of the clock on the wall, as the core counts them. */
function lengthOf({ starts_at, ends_at }: Stay, isBoarding: boolean, zone: string): number {
  const passed = Math.round((ends_at - starts_at) / MINUTE);
  const days = daysBetween(dateOf(starts_at, zone), dateOf(ends_at, zone));
  const onTheWall = days * DAY + wallMinutes(ends_at, zone) - wallMinutes(starts_at, zone);
  return (isBoarding || passed > DAY) && onTheWall > 0 ? onTheWall : passed;
}

/** When a visit ends that starts at an instant. */
export function endOf(startsAt: number, duration: number, isBoarding: boolean, zone: string): number {
  const passed = startsAt + duration * MINUTE;
  if (!isBoarding && duration <= DAY) return passed;
  const end = instantAt(dateOf(startsAt, zone), wallMinutes(startsAt, zone) + duration, zone);
  return end > startsAt ? end : passed;
}

/** When a visit ends that is moved and stays as long as it is: a stay by the clock on the wall, whatever the clocks do meanwhile. */
export const movedEnd = (visit: Stay, startsAt: number, isBoarding: boolean, zone: string): number =>
  endOf(startsAt, lengthOf(visit, isBoarding, zone), isBoarding, zone);

/** When a visit is to start; none where no time is typed. Where it stands already it stays: of a time that comes twice, the second may be meant. */
export function startOf({ date, minutes }: PlaceForm, { starts_at }: Stay, zone: string): number | null {
  if (date === dateOf(starts_at, zone) && minutes === wallMinutes(starts_at, zone)) return starts_at;
  return minutes === null ? null : instantAt(date, minutes, zone);
}
