import type { ClientRow } from '$lib/backend';

/** How often somebody did not come, of the visits that were to be; none before there was any. */
export interface NoShows {
  missed: number;
  of: number;
  /** 0 to 1. */
  rate: number;
  /** Often enough that whoever books should know: twice at the least, and one visit in five. */
  isOften: boolean;
}

export function noShowsOf({ completed, no_shows }: Pick<ClientRow, 'completed' | 'no_shows'>): NoShows | null {
  const of = completed + no_shows;
  if (of === 0) return null;
  const rate = no_shows / of;
  return { missed: no_shows, of, rate, isOften: no_shows >= 2 && rate >= 0.2 };
}

const YEAR = 365 * 86_400_000;

/** Whether a hit of the search belongs to a part of the list, by the same rules as the core's. */
export function belongs(row: ClientRow, part: 'everybody' | 'coming' | 'away', now: number): boolean {
  if (part === 'coming') return row.next_visit_at !== null;
  if (part === 'away') return row.last_visit_at !== null && row.last_visit_at < now - YEAR;
  return true;
}
