import type { AppointmentCard } from '$lib/backend';
import { dateOf, instantAt, MINUTE, wallMinutes } from '$lib/time/zone';

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

export const placeFormOf = ({ starts_at, ends_at, staff_id }: Stay, zone: string): PlaceForm => ({
  date: dateOf(starts_at, zone),
  minutes: wallMinutes(starts_at, zone),
  staffId: staff_id ?? '',
  duration: Math.round((ends_at - starts_at) / MINUTE),
});

/** When a visit is to start; none where no time is typed. Where it stands already it stays: of a time that comes twice, the second may be meant. */
export function startOf({ date, minutes }: PlaceForm, { starts_at }: Stay, zone: string): number | null {
  if (date === dateOf(starts_at, zone) && minutes === wallMinutes(starts_at, zone)) return starts_at;
  return minutes === null ? null : instantAt(date, minutes, zone);
}
