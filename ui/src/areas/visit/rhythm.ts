// The rhythm of visits: what the form begins with, and what of a plan is told. Pure.
import type { AppointmentDetail, Millis, RhythmPlan, RhythmReason, SeriesScope } from '$lib/backend';
import { defaultRepetition, isOnItsDay, parseRule, type Repetition } from '$lib/recurrence';

type Repeated = Pick<AppointmentDetail, 'recurrence' | 'series' | 'starts_at'>;

/** When the visit is that a rhythm begins with. */
export const firstOf = ({ series, starts_at }: Repeated, scope: SeriesScope): Millis =>
  scope === 'all' ? (series?.first_at ?? starts_at) : starts_at;

/** Whether it is asked which of a series are meant: not where none stands before this one, nor where some have happened. */
export const isScopeAsked = ({ series, starts_at }: Repeated): boolean =>
  series !== null && series.first_at !== null && series.first_at !== starts_at;

/** How many visits stand from the first that is meant on: what a rule that counts has to count, to change nothing. */
export const countOf = ({ series }: Repeated, scope: SeriesScope): number =>
  (scope === 'all' ? series?.all : series?.following) ?? 1;

/** What the form begins with: the rule as it is, counted from the visit; on the day of the week that it stands on, where it was moved from the rule's. */
export function beginsWith(visit: Repeated, date: string, scope: SeriesScope): Repetition {
  const usual = defaultRepetition(date);
  const read = visit.recurrence === null ? null : parseRule(visit.recurrence);
  if (!read || visit.recurrence === null) return usual;
  const days = read.days.length === 0 || isOnItsDay(visit.recurrence, date) ? read.days : usual.days;
  const end = read.end.by === 'count' ? { by: 'count' as const, count: countOf(visit, scope) } : read.end;
  return { ...read, days, end };
}

type Kind = 'first' | 'kept' | 'moved' | 'added' | 'cancelled' | 'standing' | 'left_out';

/** A date of a plan, as it is told. */
export interface PlanRow {
  at: Millis;
  kind: Kind;
  /** Where a visit that is moved stands now. */
  from: Millis | null;
  /** What is in the way. */
  reasons: RhythmReason[];
}

/** All dates of a plan, by time. */
export function rowsOf(plan: RhythmPlan): PlanRow[] {
  const reasonsAt = new Map(plan.in_the_way.map(({ starts_at, reasons }) => [starts_at, reasons]));
  const row = (at: Millis, kind: Kind, from: Millis | null = null): PlanRow => ({
    at,
    kind,
    from,
    reasons: kind === 'cancelled' || kind === 'standing' ? [] : (reasonsAt.get(at) ?? []),
  });
  const leftOut = plan.in_the_way.filter(({ is_left_out }) => is_left_out);
  return [
    row(plan.first_at, 'first'),
    ...plan.kept.map((at) => row(at, 'kept')),
    ...plan.moved.map(({ from, to }) => row(to, 'moved', from)),
    ...plan.added.map((at) => row(at, 'added')),
    ...plan.cancelled.map((at) => row(at, 'cancelled')),
    ...plan.standing.map((at) => row(at, 'standing')),
    ...leftOut.map(({ starts_at }) => row(starts_at, 'left_out')),
  ].sort((a, b) => a.at - b.at);
}

/** How many dates of a plan are what. */
export const totalsOf = ({ added, moved, cancelled, kept, in_the_way }: RhythmPlan) => ({
  added: added.length,
  moved: moved.length,
  cancelled: cancelled.length,
  kept: kept.length,
  left: in_the_way.filter(({ is_left_out }) => is_left_out).length,
});

/** When the visit after a moment is, once a plan has come about. */
export const nextOf = ({ kept, moved, added, standing }: RhythmPlan, now: Millis): Millis | null =>
  [...kept, ...moved.map(({ to }) => to), ...added, ...standing].filter((at) => at > now).sort((a, b) => a - b)[0] ??
  null;
