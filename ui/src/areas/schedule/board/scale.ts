// Where instants stand on the board, and which instant a place on the board is. Days of 23 and 25 hours are right here.
import type { DayBounds } from '$lib/backend';
import { dateOf, instantAt, MINUTE, wallMinutes } from '$lib/time/zone';

/** The vertical scale of a column: minutes from its top. */
export interface DayScale {
  /** The column's height in minutes. */
  length: number;
  /** Where an instant stands; outside of the day, the nearer edge. */
  minuteOf(at: number): number;
  /** The instant at a place; a place of an hour that the clocks skip is the instant after the gap. */
  instantOf(minute: number): number;
  /** Stretches that no clock shows on this day (spring), to be painted as not there. */
  gaps: { from: number; to: number }[];
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** True time from the day's first instant: a day of 25 hours is 25 hours high. For a board that shows one day. */
export function elapsedScale(day: DayBounds): DayScale {
  const length = (day.ends_at - day.starts_at) / MINUTE;
  return {
    length,
    minuteOf: (at) => clamp((at - day.starts_at) / MINUTE, 0, length),
    instantOf: (minute) => day.starts_at + clamp(minute, 0, length) * MINUTE,
    gaps: [],
  };
}

/** The wall clock, 24 hours high, so that days stand side by side. Of an hour that comes twice both halves stand in the same place. */
export function wallScale(day: DayBounds, zone: string): DayScale {
  // On all days but two a year the wall and the elapsed time are the same, and no zone has to be asked.
  if (day.ends_at - day.starts_at === 1440 * MINUTE) return elapsedScale(day);
  return {
    length: 1440,
    minuteOf: (at) => {
      if (at <= day.starts_at) return 0;
      return at >= day.ends_at ? 1440 : wallMinutes(at, zone);
    },
    instantOf: (minute) => clamp(instantAt(day.date, clamp(minute, 0, 1440), zone), day.starts_at, day.ends_at),
    gaps: skipped(day, zone),
  };
}

/** What the clocks skip on a day, found by walking it in quarters of an hour. */
function skipped(day: DayBounds, zone: string): { from: number; to: number }[] {
  const gaps: { from: number; to: number }[] = [];
  let before = wallMinutes(day.starts_at, zone);
  if (before > 0) gaps.push({ from: 0, to: before });
  for (let at = day.starts_at + 15 * MINUTE; at < day.ends_at; at += 15 * MINUTE) {
    const wall = wallMinutes(at, zone);
    if (wall > before + 15) gaps.push({ from: before + 15, to: wall });
    before = wall;
  }
  return gaps;
}

/** A label beside the board. */
export interface Tick {
  minute: number;
  /** Minutes since midnight on the wall. */
  wall: number;
  /** The hour comes twice on this day and this is the second. */
  isRepeated: boolean;
}

/** The full hours of a day that is shown by `elapsedScale`. */
export function ticksOf(day: DayBounds, zone: string): Tick[] {
  const isPlain = day.ends_at - day.starts_at === 1440 * MINUTE;
  const seen = new Set<number>();
  const ticks: Tick[] = [];
  for (let at = day.starts_at; at < day.ends_at; at += 30 * MINUTE) {
    const minute = (at - day.starts_at) / MINUTE;
    const wall = isPlain ? minute : wallMinutes(at, zone);
    if (wall % 60 !== 0) continue;
    ticks.push({ minute, wall, isRepeated: seen.has(wall) });
    seen.add(wall);
  }
  return ticks;
}

/** The full hours of the wall clock, for days side by side. */
export const WALL_TICKS: Tick[] = Array.from({ length: 24 }, (_, hour) => ({
  minute: hour * 60,
  wall: hour * 60,
  isRepeated: false,
}));

/** Rounds a time to a multiple of `step` minutes on the wall clock. */
export function snap(minute: number, step: number): number {
  return Math.round(minute / step) * step;
}

/** Whether two instants fall on the same day of the clinic. */
export const isSameDay = (first: number, second: number, zone: string): boolean =>
  dateOf(first, zone) === dateOf(second, zone);
