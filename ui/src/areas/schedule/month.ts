// The month's overview as numbers to paint.
import type { MonthDay } from '$lib/backend';
import { startOfWeek } from '$lib/time/zone';

/** The month that days lie around; none: there are none. */
export const monthOf = (days: readonly MonthDay[]): string | undefined => days[days.length >> 1]?.date.slice(0, 7);

/** The whole weeks of the month that days lie around: the core gives enough of them for weeks that begin on any day (Sunday = 0). */
export function weeksOf(days: readonly MonthDay[], firstDay: number): MonthDay[][] {
  const month = monthOf(days);
  const own = days.filter(({ date }) => date.slice(0, 7) === month);
  const starts = [...new Set(own.map(({ date }) => startOfWeek(date, firstDay)))];
  return starts.map((start) => {
    const at = days.findIndex(({ date }) => date === start);
    return days.slice(at, at + 7);
  });
}

/** How full a day is, 0 to 1; without working time, full as soon as anything is booked. */
export function loadOf({ booked_minutes, open_minutes }: MonthDay): number {
  if (open_minutes === 0) return booked_minutes > 0 ? 1 : 0;
  return Math.min(1, booked_minutes / open_minutes);
}

export type LoadLevel = 'closed' | 'free' | 'usual' | 'full';

export function levelOf(day: MonthDay): LoadLevel {
  if (day.open_minutes === 0 && day.visits === 0) return 'closed';
  const load = loadOf(day);
  return load >= 0.85 ? 'full' : load >= 0.4 ? 'usual' : 'free';
}
