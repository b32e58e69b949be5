import { beforeEach, expect, it, vi } from 'vitest';
import { backend, type ScheduleOverride, type WeeklyHours } from '$lib/backend';
import { Draft } from '$lib/data/draft.svelte';
import { useLanguage } from '$lib/i18n/index.svelte';
import {
  areTouched,
  freshLine,
  gapsOf,
  hoursOf,
  lineOf,
  mergedLines,
  ofBreak,
  overrideFormOf,
  overrideOf,
  rangeProblem,
} from '$areas/settings/hours';
import { daysWords, hoursWords, repeatWords } from '$areas/settings/override-words';
import { Plan } from '$areas/settings/plan.svelte';

const kept = (id: string, more: Partial<WeeklyHours> = {}): WeeklyHours => ({
  id,
  staff_id: 'carmen',
  day_of_week: 1,
  start: '08:00',
  end: '18:30',
  effective_from: '2020-01-01',
  effective_until: null,
  slot_minutes: 15,
  buffer_minutes: 0,
  max_per_slot: 1,
  breaks: [],
  ...more,
});

const drafts = new Map<string, string>();
beforeEach(() => {
  drafts.clear();
  vi.spyOn(backend, 'draft').mockImplementation((key) => Promise.resolve(drafts.get(key) ?? null));
  vi.spyOn(backend, 'setDraft').mockImplementation((key, value) => {
    if (value === null) drafts.delete(key);
    else drafts.set(key, value);
    return Promise.resolve(null);
  });
});

it('a line without an end is not dropped', () => {
  const lines = [{ ...lineOf(kept('a')), end: null }, lineOf(kept('b')), freshLine(2)];
  expect(hoursOf(lines, 'carmen', '2026-11-20').map(({ id }) => id)).toEqual(['a', 'b', null]);
});

it('a break of which one end is missing is not left out', () => {
  const line = { ...lineOf(kept('a')), breakStart: 780 };
  expect(gapsOf(line)).toEqual(['breakEnd']);
  expect(gapsOf({ ...line, start: null, breakStart: null })).toEqual(['start']);
  expect(gapsOf(freshLine(1))).toEqual([]);
  expect(hoursOf([line], 'carmen', '2026-11-20')[0]?.breaks).toEqual([{ start: '13:00', end: '' }]);
});

it('lines that nobody touched follow what is kept, those that were touched stay', () => {
  const start = ['a', 'b', 'c', 'd', 'e'].map((id) => lineOf(kept(id)));
  const added = freshLine(6);
  const typed = [
    ...start.slice(0, 2),
    { ...start[2]!, start: 435 },
    // `d` was removed here.
    { ...start[4]!, end: 900 },
    added,
  ];
  const live = [
    lineOf(kept('b', { end: '19:00' })),
    lineOf(kept('c', { start: '06:00', slot_minutes: 20 })),
    lineOf(kept('d')),
    lineOf(kept('f')),
  ];
  const merged = mergedLines(typed, start, live);
  expect(merged.map(({ key }) => key)).toEqual(['b', 'c', 'e', added.key, 'f']);
  expect(merged[0]).toMatchObject({ end: 1140 });
  expect(merged[1]).toMatchObject({ start: 435, kept: { slot_minutes: 20 } });
  expect(merged[2]).toMatchObject({ end: 900 });
});

it('a plan whose lines were saved shows the rows that they became, once', async () => {
  const plan = new Plan('carmen', [kept('a')]);
  plan.lines.push(freshLine(2));
  const rows = [kept('a'), kept('new', { day_of_week: 2, start: '09:00', end: '18:00' })];
  await plan.save(
    async () => {
      // The word of the change comes before the answer.
      plan.follow(rows);
      return true;
    },
    async () => rows,
  );
  expect(plan.lines.map(({ key }) => key)).toEqual(['a', 'new']);
  plan.follow([kept('a')]);
  expect(plan.lines.map(({ key }) => key)).toEqual(['a']);
});

it('hours that were left are still offered where others are saved untouched', async () => {
  const left = new Plan('carmen', [kept('a')]);
  left.lines[0]!.start = 435;
  left.keep();
  left.close();
  const plan = new Plan('carmen', [kept('a')]);
  await vi.waitFor(() => expect(plan.left).not.toBeNull());
  plan.keep();
  await plan.save(
    async () => true,
    async () => [kept('a')],
  );
  expect(plan.left?.lines).toMatchObject([{ start: 435 }]);
  expect(drafts.size).toBe(1);
});

it('hours that were left stay to be taken up while others are typed, and after those are saved', async () => {
  const left = new Plan('carmen', [kept('a')]);
  left.lines[0]!.start = 435;
  left.keep();
  left.close();
  const plan = new Plan('carmen', [kept('a')]);
  await vi.waitFor(() => expect(plan.left).not.toBeNull());
  plan.lines[0]!.end = 1000;
  plan.keep();
  expect(plan.left?.lines).toMatchObject([{ start: 435 }]);
  await plan.save(
    async () => true,
    async () => [kept('a', { end: '16:40' })],
  );
  const later = new Plan('carmen', [kept('a', { end: '16:40' })]);
  await vi.waitFor(() => expect(later.left?.lines).toMatchObject([{ start: 435 }]));
  later.goOn(later.take()!);
  expect(later.lines).toMatchObject([{ start: 435 }]);
  expect(later.left).toBeNull();
});

it('a plan that was not saved keeps what was typed', async () => {
  const plan = new Plan('carmen', [kept('a')]);
  plan.lines[0]!.start = 435;
  await plan.save(
    async () => false,
    async () => [kept('a', { end: '19:00' })],
  );
  expect(plan.lines).toMatchObject([{ key: 'a', start: 435 }]);
});

it('hours that were left are offered over what is kept today, until they are saved', async () => {
  const left = new Plan('carmen', [kept('a'), kept('b')]);
  left.lines[0]!.start = 435;
  left.lines.push(freshLine(2));
  left.keep();
  left.close();
  // As many new lines of today as could take the keys of those.
  const others = [freshLine(3), freshLine(4)];
  const plan = new Plan('carmen', [kept('a'), kept('b', { end: '19:00' })]);
  await vi.waitFor(() => expect(plan.left).not.toBeNull());
  plan.keep();
  plan.goOn(plan.take()!);
  expect(plan.lines).toMatchObject([
    { key: 'a', start: 435 },
    { key: 'b', end: 1140 },
    { day: 2, start: 540 },
  ]);
  expect(others.map(({ key }) => key)).not.toContain(plan.lines[2]!.key);
  plan.keep();
  await plan.save(
    async () => true,
    async () => undefined,
  );
  await vi.waitFor(() => expect(drafts.size).toBe(0));
});

it('hours are not left where what was typed was taken back, or where another desk wrote', async () => {
  const plan = new Plan('carmen', [kept('a')]);
  plan.lines[0]!.start = 435;
  plan.keep();
  plan.lines[0]!.start = 480;
  plan.keep();
  plan.follow([kept('b'), kept('a', { end: '19:00' })]);
  plan.keep();
  plan.close();
  const later = new Plan('carmen', [kept('a')]);
  // The next question to the core is answered after this one's.
  await new Draft('next').left();
  expect(later.left).toBeNull();
  expect(drafts.size).toBe(0);
});

it('an exception says its hours as the region writes them, and until when it repeats', async () => {
  const of = { start: '09:00', end: '18:30' } as ScheduleOverride;
  expect(hoursWords(of)).toBe('9:00–18:30');
  expect(hoursWords({ ...of, start: null, end: null })).toBe('Whole day');
  expect(repeatWords(null)).toBe('');
  expect(repeatWords('FREQ=YEARLY')).toBe('Every year on this day');
  expect(repeatWords('FREQ=WEEKLY;INTERVAL=2;UNTIL=20270301')).toBe('Every second week, until 1 Mar 2027');
  expect(repeatWords('FREQ=WEEKLY;BYDAY=MO,TU;COUNT=4')).toBe('Every week on Mon and Tue, 4 times');
  expect(repeatWords('FREQ=HOURLY')).toBe('As it was set');
  await useLanguage('en', 'US');
  expect(hoursWords(of)).toMatch(/^9:00\sAM–6:30\sPM$/);
  await useLanguage('en', 'GB');
});

it('a second break is shown and saved, and one of which an end is missing is not left out', () => {
  const breaks = [
    { start: '13:00', end: '14:00' },
    { start: '16:00', end: '16:15' },
  ];
  const line = lineOf(kept('a', { breaks }));
  expect(line.more).toEqual([{ start: 960, end: 975 }]);
  expect(hoursOf([line], 'carmen', '2026-11-20')[0]?.breaks).toEqual(breaks);
  const changed = {
    ...line,
    more: [
      { start: 960, end: null },
      { start: null, end: null },
    ],
  };
  expect(areTouched([changed], [line])).toBe(true);
  expect(gapsOf(changed)).toEqual([ofBreak(0, 'end')]);
  expect(hoursOf([{ ...line, more: [] }], 'carmen', '2026-11-20')[0]?.breaks).toEqual(breaks.slice(0, 1));
});

it('hours hold from and until the days that are chosen, new ones from today', () => {
  const line = { ...lineOf(kept('a')), from: '2026-09-01', until: '2027-06-30' };
  const saved = hoursOf([line, freshLine(2)], 'carmen', '2026-11-20');
  expect(saved.map(({ effective_from, effective_until }) => [effective_from, effective_until])).toEqual([
    ['2026-09-01', '2027-06-30'],
    ['2026-11-20', null],
  ]);
  expect(areTouched([line], [lineOf(kept('a'))])).toBe(true);
  expect(gapsOf({ ...line, until: '2026-08-31' })).toEqual(['until']);
});

it('an exception of days on end is one rule, and is read as a range', () => {
  useLanguage('en');
  const fresh = overrideFormOf(undefined, '2026-08-03');
  const holiday = { ...fresh, lastDay: '2026-08-14', repeat: 'weekly' as const };
  const saved = overrideOf(holiday, 'carmen');
  expect(saved).toMatchObject({ on_date: '2026-08-03', recurrence: 'FREQ=DAILY;UNTIL=20260814' });
  expect(overrideFormOf({ ...saved, id: 'a' }, '2026-01-01')).toMatchObject({ lastDay: '2026-08-14', repeat: 'never' });
  expect([daysWords(saved), repeatWords(saved.recurrence)]).toEqual([expect.stringMatching(/3\D+14/), '']);
  expect(overrideOf({ ...fresh, lastDay: fresh.date }, 'carmen').recurrence).toBeNull();
  expect(rangeProblem({ ...fresh, lastDay: '2026-08-02' })).toBe('before');
  expect(rangeProblem({ ...fresh, lastDay: '2027-08-03' })).toBeNull();
  expect(rangeProblem({ ...fresh, lastDay: '2027-08-04' })).toBe('long');
});
