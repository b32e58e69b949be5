import { describe, expect, it } from 'vitest';
import { beginsWith, countOf, firstOf, isScopeAsked, nextOf, rowsOf } from '../../src/areas/visit/rhythm';
import type { RhythmPlan } from '../../src/lib/backend';

const NONE: RhythmPlan = { first_at: 10, kept: [], moved: [], added: [], cancelled: [], standing: [], in_the_way: [] };
const series = { following: 3, all: 5, first_at: 2 };

describe('the rhythm of visits', () => {
  it('begins with the rule as it is, counted from the visit, on the day that it stands on', () => {
    const visit = { recurrence: 'FREQ=WEEKLY;INTERVAL=4;BYDAY=FR;COUNT=9', series, starts_at: 10 };
    const friday = beginsWith(visit, '2026-11-20', 'following');
    expect(friday).toMatchObject({ interval: 4, days: ['FR'], end: { by: 'count', count: 3 } });
    expect(beginsWith(visit, '2026-11-21', 'all')).toMatchObject({ days: ['SA'], end: { by: 'count', count: 5 } });
    const until = beginsWith({ ...visit, recurrence: 'FREQ=DAILY;UNTIL=20261231' }, '2026-11-20', 'following');
    expect(until).toMatchObject({ frequency: 'DAILY', days: [], end: { by: 'until', until: '2026-12-31' } });
    const others = { ...visit, recurrence: 'FREQ=MONTHLY;BYSETPOS=1;COUNT=2' };
    expect(beginsWith(others, '2026-11-20', 'following').frequency).toBe('WEEKLY');
  });

  it('asks which are meant where one stands before, and none has happened', () => {
    expect(isScopeAsked({ recurrence: null, series, starts_at: 10 })).toBe(true);
    expect(isScopeAsked({ recurrence: null, series, starts_at: 2 })).toBe(false);
    expect(isScopeAsked({ recurrence: null, series: { ...series, first_at: null }, starts_at: 10 })).toBe(false);
    expect(isScopeAsked({ recurrence: null, series: null, starts_at: 10 })).toBe(false);
    expect(firstOf({ recurrence: null, series, starts_at: 10 }, 'all')).toBe(2);
    expect(countOf({ recurrence: null, series: null, starts_at: 10 }, 'following')).toBe(1);
  });

  it('tells the dates in their order, each with what is in its way', () => {
    const plan: RhythmPlan = {
      ...NONE,
      kept: [30],
      moved: [{ from: 20, to: 40 }],
      cancelled: [25],
      in_the_way: [
        { starts_at: 35, reasons: ['slot_taken'], is_left_out: true },
        { starts_at: 40, reasons: ['outside_hours'], is_left_out: false },
      ],
    };
    expect(rowsOf(plan).map(({ at, kind, from, reasons }) => [at, kind, from, reasons])).toEqual([
      [10, 'first', null, []],
      [25, 'cancelled', null, []],
      [30, 'kept', null, []],
      [35, 'left_out', null, ['slot_taken']],
      [40, 'moved', 20, ['outside_hours']],
    ]);
    expect(nextOf(plan, 30)).toBe(40);
    expect(nextOf(NONE, 0)).toBeNull();
  });
});
