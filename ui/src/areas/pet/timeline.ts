import type { TimelineEntry } from '$lib/backend';
import { dateOf } from '$lib/time/zone';

export type TimelinePart = 'all' | 'visits' | 'records';

/** A stretch of a timeline under one heading: what is to come, then a year each. */
export interface Stretch {
  /** `coming`, or the year. */
  key: string;
  entries: TimelineEntry[];
}

const atOf = (entry: TimelineEntry): number =>
  entry.kind === 'visit' ? entry.visit.starts_at : entry.record.recorded_at;
const isPlanned = (entry: TimelineEntry, now: number): boolean =>
  entry.kind === 'visit' &&
  entry.visit.ends_at > now &&
  !['completed', 'cancelled', 'no_show', 'rescheduled'].includes(entry.visit.status);

/** A timeline (newest first) under headings: what is planned with the soonest first, then the years with the latest first. */
export function stretches(
  timeline: readonly TimelineEntry[],
  part: TimelinePart,
  now: number,
  zone: string,
): Stretch[] {
  const shown = timeline.filter((entry) => part === 'all' || (part === 'visits') === (entry.kind === 'visit'));
  const coming = shown.filter((entry) => isPlanned(entry, now)).reverse();
  const years = new Map<string, TimelineEntry[]>();
  for (const entry of shown) {
    if (isPlanned(entry, now)) continue;
    const year = dateOf(atOf(entry), zone).slice(0, 4);
    years.set(year, [...(years.get(year) ?? []), entry]);
  }
  const past = [...years].map(([key, entries]) => ({ key, entries }));
  return coming.length > 0 ? [{ key: 'coming', entries: coming }, ...past] : past;
}
