// What weekly hours say of visits within them.
import { createQuery } from '@tanstack/svelte-query';
import { backend, type WeeklyHours } from '$lib/backend';
import { dateOf, minutesOf, wallMinutes, weekday } from '$lib/time/zone';
import { live } from './live';

/** The weekly hours of everybody. */
export const hoursQuery = (isAsked: () => boolean = () => true) =>
  createQuery(() => ({ ...live(['staff_schedules'], ['hours'], () => backend.weeklyHours()), enabled: isAsked() }));

/** What the hours of a colleague keep free after every visit at an instant, in minutes. */
export type HoursBuffer = (staffId: string, at: number) => number;
export const NO_BUFFER: HoursBuffer = () => 0;

/** What weekly hours keep free after every visit; of several that hold at once, the longest, as the core takes it where a visit runs through them. */
export function bufferOfHours(hours: readonly WeeklyHours[], zone: string): HoursBuffer {
  const buffered = hours.filter(({ buffer_minutes }) => buffer_minutes > 0);
  if (buffered.length === 0) return NO_BUFFER;
  return (staffId, at) => {
    const date = dateOf(at, zone);
    const minute = wallMinutes(at, zone);
    const own = buffered.filter(
      (line) =>
        line.staff_id === staffId &&
        line.day_of_week === weekday(date) &&
        minutesOf(line.start) <= minute &&
        minute < minutesOf(line.end) &&
        line.effective_from <= date &&
        date <= (line.effective_until ?? date),
    );
    return Math.max(0, ...own.map((line) => line.buffer_minutes));
  };
}
