import type { MedicalRecord, TimelineEntry } from '$lib/backend';

/** Where a vaccination stands on a day: overdue, due within a month, or good for longer. */
export type Standing = 'overdue' | 'soon' | 'good' | 'once';

export interface Vaccination {
  title: string;
  given_at: number;
  due_on: string | null;
  standing: Standing;
}

const SOON_DAYS = 30;

function standingOf(due: string | null, today: string): Standing {
  if (due === null) return 'once';
  if (due < today) return 'overdue';
  const days = (Date.parse(due) - Date.parse(today)) / 86_400_000;
  return days <= SOON_DAYS ? 'soon' : 'good';
}

const RANK: Record<Standing, number> = { overdue: 0, soon: 1, good: 2, once: 3 };

/** The latest of each vaccination of a timeline (newest first), the most pressing first. */
export function vaccinationsOf(timeline: readonly TimelineEntry[], today: string): Vaccination[] {
  const latest = new Map<string, MedicalRecord>();
  for (const entry of timeline) {
    if (entry.kind !== 'record' || entry.record.record_kind !== 'vaccination') continue;
    const key = entry.record.title.trim().toLocaleLowerCase();
    if (!latest.has(key)) latest.set(key, entry.record);
  }
  return [...latest.values()]
    .map(({ title, recorded_at, due_on }) => ({
      title,
      given_at: recorded_at,
      due_on,
      standing: standingOf(due_on, today),
    }))
    .sort((a, b) => RANK[a.standing] - RANK[b.standing] || (a.due_on ?? '').localeCompare(b.due_on ?? ''));
}
