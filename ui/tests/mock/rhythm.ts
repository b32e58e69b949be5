import type { RhythmInput, RhythmPlan, RhythmReason, SeriesStand } from '../../src/lib/backend/bindings';
import { addDays, addMonths, dateOf, instantAt, MINUTE, startOfDay, weekday } from '../../src/lib/time/zone';
import { parseRule, WEEKDAYS } from '../../src/lib/recurrence';
import { newId, type Visit } from './clinic';
import { GONE, mustBeFree, visitOf } from './schedule';
import { refusal, type Handlers, type World } from './world';

/** The visits of a series that are of the same pet, by start. */
const strandOf = (world: World, visit: Visit): Visit[] =>
  visit.series_id === null
    ? [visit]
    : world.memory.visits
        .filter((other) => other.series_id === visit.series_id && other.pet_id === visit.pet_id)
        .sort((a, b) => a.starts_at - b.starts_at);

const stands = ({ status }: Visit): boolean => !GONE.includes(status);

export function standOf(world: World, visit: Visit): SeriesStand | null {
  if (visit.series_id === null) return null;
  const strand = strandOf(world, visit);
  const standing = strand.filter(stands);
  const hasHappened = strand.some(
    (other) =>
      ['checked_in', 'in_progress', 'completed', 'no_show'].includes(other.status) ||
      (stands(other) && other.starts_at < world.now()),
  );
  return {
    following: standing.filter(({ starts_at }) => starts_at >= visit.starts_at).length,
    all: standing.length,
    first_at: hasHappened ? null : (standing[0]?.starts_at ?? null),
  };
}

/** The dates of a rule as the form makes it. */
function datesOf(rule: string, first: string): string[] {
  const read = parseRule(rule);
  if (!read) throw refusal('invalid', { field: 'recurrence', detail: rule });
  const { frequency, interval, days, end } = read;
  const dates = [first];
  const isOver = (date: string): boolean => (end.by === 'count' ? dates.length >= end.count : date > end.until);
  for (let n = 1; n < 4000; n++) {
    const date =
      frequency === 'MONTHLY' || frequency === 'YEARLY'
        ? addMonths(first, n * interval * (frequency === 'YEARLY' ? 12 : 1))
        : addDays(first, frequency === 'DAILY' ? n * interval : n);
    if (isOver(date)) break;
    const week = Math.floor((n + ((weekday(first) + 6) % 7)) / 7);
    if (frequency === 'WEEKLY' && (week % interval !== 0 || !days.includes(WEEKDAYS[weekday(date)]!))) continue;
    dates.push(date);
  }
  return dates;
}

interface Worked {
  told: RhythmPlan;
  first: Visit;
  kept: Visit[];
  moved: [Visit, number][];
  added: number[];
  cancelled: Visit[];
}

function work(world: World, input: RhythmInput): Worked {
  const visit = visitOf(world, input.appointment_id);
  const strand = strandOf(world, visit);
  const first = input.scope === 'all' ? strand.find(stands)! : visit;
  const dateAt = (at: number): string => dateOf(at, world.zone);
  const minutes = Math.round((first.starts_at - startOfDay(dateAt(first.starts_at), world.zone)) / MINUTE);
  const later = strand.filter((other) => other !== first && other.starts_at >= first.starts_at);
  const isUntouched = (other: Visit): boolean =>
    ['pending', 'confirmed', 'reminded'].includes(other.status) &&
    other.starts_at >= world.now() &&
    other.starts_at === instantAt(dateAt(other.starts_at), minutes, world.zone) &&
    other.staff_id === first.staff_id;
  const untouched = later.filter(isUntouched);
  const others = later.filter((other) => !isUntouched(other));
  const obstacles: RhythmPlan['in_the_way'] = [];
  const free: number[] = [];
  const kept: Visit[] = [];
  const dates = datesOf(input.recurrence, dateAt(first.starts_at)).slice(1);
  const isStaying = (other: Visit): boolean => dates.includes(dateAt(other.starts_at));
  const going = untouched.filter((other) => !isStaying(other));
  for (const date of dates) {
    const at = instantAt(date, minutes, world.zone);
    const there = others.filter(({ starts_at }) => dateAt(starts_at) === date);
    if (at < world.now() || there.some(({ status }) => status !== 'cancelled')) continue;
    const own = untouched.find(({ starts_at }) => dateAt(starts_at) === date);
    if (own) {
      kept.push(own);
      continue;
    }
    const reasons: RhythmReason[] = there.length > 0 ? ['cancelled'] : [];
    const aside = going.map((other): [Visit, number] => [other, other.starts_at]);
    aside.forEach(([other]) => (other.starts_at = -1));
    try {
      mustBeFree(world, first.staff_id, at, at + first.ends_at - first.starts_at, null, [], first.is_emergency);
    } catch (refused) {
      reasons.push((refused as { code: RhythmReason }).code);
    }
    aside.forEach(([other, was]) => (other.starts_at = was));
    const isLeftOut = !input.is_overbooking_allowed;
    if (reasons.length > 0) obstacles.push({ starts_at: at, reasons, is_left_out: isLeftOut });
    if (reasons.length === 0 || !isLeftOut) free.push(at);
  }
  const moved = going.slice(0, free.length).map((other, index): [Visit, number] => [other, free[index]!]);
  const cancelled = going.slice(free.length);
  const added = free.slice(moved.length);
  const times = (visits: Visit[]): number[] => visits.map(({ starts_at }) => starts_at);
  return {
    first,
    kept,
    moved,
    added,
    cancelled,
    told: {
      first_at: first.starts_at,
      kept: times(kept),
      moved: moved.map(([{ starts_at }, to]) => ({ from: starts_at, to })),
      added,
      cancelled: times(cancelled),
      standing: times(others.filter((other) => stands(other) && other.starts_at >= world.now())),
      in_the_way: obstacles,
    },
  };
}

export function rhythmHandlers(world: World): Handlers {
  return {
    rhythm_plan: ({ input }) => work(world, input).told,
    set_rhythm: ({ input, told }) =>
      world.write('set_rhythm', ['appointments'], ({ visits }) => {
        const plan = work(world, input);
        if (JSON.stringify(plan.told) !== JSON.stringify(told)) throw refusal('changed_since', { field: 'recurrence' });
        const series = plan.first.series_id ?? newId();
        const rule = { series_id: series, recurrence: input.recurrence };
        const put = (like: Visit, starts_at: number, more: Partial<Visit>): Visit => {
          const ends_at = starts_at + like.ends_at - like.starts_at;
          const isOver = plan.told.in_the_way.some(
            (of) => of.starts_at === starts_at && of.reasons.includes('slot_taken'),
          );
          return { ...like, ...rule, id: newId(), starts_at, ends_at, is_overbooked: isOver, ...more };
        };
        for (const visit of [plan.first, ...plan.kept]) Object.assign(visit, rule);
        for (const visit of plan.cancelled)
          Object.assign(visit, { status: 'cancelled', cancelled_at: world.now(), series_id: null, recurrence: null });
        for (const [visit, at] of plan.moved) {
          const next = put(visit, at, {
            previous_appointment_id: visit.id,
            reschedule_count: visit.reschedule_count + 1,
          });
          visits.push(next);
          Object.assign(visit, {
            status: 'rescheduled',
            next_appointment_id: next.id,
            series_id: null,
            recurrence: null,
          });
        }
        for (const at of plan.added)
          visits.push(
            put(plan.first, at, {
              status: 'confirmed',
              group_id: null,
              final_cost_cents: null,
              payment_status: 'none',
              actual_start_at: null,
              actual_end_at: null,
              created_at: world.now(),
            }),
          );
        return null;
      }),
  };
}
