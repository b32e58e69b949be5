// The month's overview as numbers to paint.
import type { MonthDay } from '$lib/backend';

/** Days in weeks, as the core gives them (whole weeks). */
export function weeksOf(days: readonly MonthDay[]): MonthDay[][] {
  return Array.from({ length: Math.ceil(days.length / 7) }, (_, week) => days.slice(week * 7, week * 7 + 7));
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
