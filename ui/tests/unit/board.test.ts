import { describe, expect, it } from 'vitest';
import type { AppointmentCard, DayBounds, ScheduleRange, WorkBlock } from '$lib/backend';
import { addDays, instantAt, MINUTE, startOfDay } from '$lib/time/zone';
import { BoardDrag } from '$areas/schedule/board/drag.svelte';
import { around, holds, reachesInto, Slots } from '$areas/schedule/board/drawn';
import { instantsOf, neighbour, startPlace, stepTarget, targetOf } from '$areas/schedule/board/gesture';
import { lanesOf } from '$areas/schedule/board/lanes';
import {
  columnAt,
  firstOpenMinute,
  layoutDay,
  layoutDays,
  type Box,
  type LayoutOptions,
} from '$areas/schedule/board/layout';
import { elapsedScale, ticksOf, wallScale } from '$areas/schedule/board/scale';
import { firstColumn } from '$areas/schedule/board/sight';

const ZONE = 'Europe/Madrid';
const day = (date: string): DayBounds => ({
  date,
  starts_at: startOfDay(date, ZONE),
  ends_at: startOfDay(addDays(date, 1), ZONE),
});
const SPRING = day('2026-03-29');
const AUTUMN = day('2026-10-25');

function card(
  id: string,
  date: string,
  from: number,
  minutes: number,
  more: Partial<AppointmentCard> = {},
): AppointmentCard {
  const starts_at = instantAt(date, from, ZONE);
  return {
    id,
    staff_id: 'a',
    client_id: null,
    client_name: '',
    client_phone: null,
    pet_id: null,
    pet_name: '',
    species: null,
    service_id: null,
    title: null,
    starts_at,
    ends_at: starts_at + minutes * MINUTE,
    actual_start_at: null,
    actual_end_at: null,
    status: 'confirmed',
    status_since: 0,
    picked_up_at: null,
    is_emergency: false,
    is_overbooked: false,
    series_id: null,
    group_id: null,
    has_clash: false,
    has_alert: false,
    ...more,
  };
}

const hours = (staff_id: string, date: string): WorkBlock => ({
  staff_id,
  starts_at: instantAt(date, 540, ZONE),
  ends_at: instantAt(date, 1020, ZONE),
  kind: 'open',
  reason: null,
});

function range(dates: string[], appointments: AppointmentCard[], blocks: WorkBlock[] = []): ScheduleRange {
  return { timezone: ZONE, days: dates.map(day), staff_ids: ['a', 'b'], blocks, appointments, next_open: null };
}

const OPTIONS: LayoutOptions = { staff: null, isCancelledShown: false, minMinutes: 10, buffer: () => 0 };

describe('the scale of a day', () => {
  it('is as high as the day is long', () => {
    expect(elapsedScale(SPRING).length).toBe(23 * 60);
    expect(elapsedScale(AUTUMN).length).toBe(25 * 60);
    expect(elapsedScale(day('2026-06-01')).length).toBe(1440);
  });

  it('brings every quarter of an hour back to the instant it stands for', () => {
    for (const bounds of [SPRING, AUTUMN, day('2026-06-01')]) {
      const scale = elapsedScale(bounds);
      for (let minute = 0; minute < scale.length; minute += 15)
        expect(scale.minuteOf(scale.instantOf(minute))).toBe(minute);
    }
  });

  it('puts nine o’clock at nine on the wall, whatever the night did', () => {
    for (const bounds of [SPRING, AUTUMN]) {
      const scale = wallScale(bounds, ZONE);
      expect(scale.length).toBe(1440);
      expect(scale.minuteOf(instantAt(bounds.date, 540, ZONE))).toBe(540);
      expect(scale.instantOf(540)).toBe(instantAt(bounds.date, 540, ZONE));
    }
    expect(elapsedScale(SPRING).minuteOf(instantAt(SPRING.date, 540, ZONE))).toBe(480);
  });

  it('shows the hour that is skipped as a gap, and no gap elsewhere', () => {
    expect(wallScale(SPRING, ZONE).gaps).toEqual([{ from: 120, to: 180 }]);
    expect(wallScale(AUTUMN, ZONE).gaps).toEqual([]);
  });

  it('labels an hour that comes twice twice', () => {
    const walls = ticksOf(AUTUMN, ZONE).map(({ wall, isRepeated }) => `${wall / 60}${isRepeated ? '²' : ''}`);
    expect(walls.slice(0, 5)).toEqual(['0', '1', '2', '2²', '3']);
    expect(walls).toHaveLength(25);
    expect(
      ticksOf(SPRING, ZONE)
        .map(({ wall }) => wall / 60)
        .slice(0, 4),
    ).toEqual([0, 1, 3, 4]);
  });
});

describe('lanes', () => {
  const spans = (...pairs: [number, number][]) => pairs.map(([from, to]) => ({ from, to }));

  it('leaves visits that do not overlap at full width', () => {
    expect(lanesOf(spans([0, 30], [30, 60]))).toEqual([
      { lane: 0, lanes: 1, width: 1 },
      { lane: 0, lanes: 1, width: 1 },
    ]);
  });

  it('reuses a lane that is free again and stretches into room beside', () => {
    expect(lanesOf(spans([0, 90], [0, 30], [10, 20], [40, 60]))).toEqual([
      { lane: 0, lanes: 3, width: 1 },
      { lane: 1, lanes: 3, width: 1 },
      { lane: 2, lanes: 3, width: 1 },
      { lane: 1, lanes: 3, width: 2 },
    ]);
  });

  it('never lets two overlapping visits share a place', () => {
    let seed = 11;
    const next = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
    for (let round = 0; round < 200; round++) {
      const list = Array.from({ length: 25 }, () => {
        const from = Math.floor(next() * 96) * 5;
        return { from, to: from + 5 + Math.floor(next() * 24) * 5 };
      }).sort((a, b) => a.from - b.from);
      const lanes = lanesOf(list);
      list.forEach((one, i) =>
        list.forEach((other, j) => {
          if (i >= j || one.to <= other.from || other.to <= one.from) return;
          const [a, b] = [lanes[i]!, lanes[j]!];
          expect(a.lanes).toBe(b.lanes);
          expect(a.lane + a.width <= b.lane || b.lane + b.width <= a.lane).toBe(true);
        }),
      );
      for (const { lane, lanes: count, width } of lanes) expect(lane + width).toBeLessThanOrEqual(count);
    }
  });
});

describe('the layout', () => {
  it('gives each colleague a column, and one to what nobody is assigned to', () => {
    const cards = [
      card('1', '2026-11-20', 540, 30),
      card('2', '2026-11-20', 540, 30, { staff_id: null }),
      card('3', '2026-11-20', 600, 30, { staff_id: 'gone' }),
    ];
    const layout = layoutDay(range(['2026-11-20'], cards, [hours('b', '2026-11-20')]), ['b', 'a'], OPTIONS);
    expect(layout.columns.map(({ key }) => key)).toEqual(['b', 'a', 'unassigned']);
    expect(layout.boxes.map(({ card: { id }, column }) => [id, column])).toEqual([
      ['1', 1],
      ['2', 2],
      ['3', 2],
    ]);
    expect(layout.boxes[0]).toMatchObject({ top: 540, height: 30, left: 1 / 3, width: 1 / 3 });
  });

  it('gives a column in which nobody works and nothing stands less room than one in which something is', () => {
    const rooms = (cards: AppointmentCard[], blocks: WorkBlock[]) =>
      layoutDay(range(['2026-11-20'], cards, blocks), ['a', 'b'], OPTIONS).columns.map(({ left, width }) => [
        left,
        width,
      ]);
    const [works, visit] = [hours('b', '2026-11-20'), card('1', '2026-11-20', 540, 30, { staff_id: 'b' })];
    const isSecond = [
      [0, 3 / 11],
      [3 / 11, 8 / 11],
    ];
    expect(rooms([], [works])).toEqual(isSecond);
    expect(rooms([], [works, { ...hours('a', '2026-11-20'), kind: 'closed' }])).toEqual(isSecond);
    expect(rooms([], [{ ...works, kind: 'emergency_only' }])).toEqual(isSecond);
    expect(rooms([visit], [])).toEqual(isSecond);
    const alike = [
      [0, 0.5],
      [0.5, 0.5],
    ];
    expect(rooms([visit], [hours('a', '2026-11-20')])).toEqual(alike);
    expect(rooms([], [])).toEqual(alike);
    const week = layoutDays(range(['2026-11-20', '2026-11-21'], [], [works]), OPTIONS);
    expect(week.columns.map(({ isNarrow }) => isNarrow)).toEqual([false, true]);
    expect(week.shades).toMatchObject([{ column: 0 }]);
  });

  it('finds the column at a share of the width, and the nearest beyond the edges', () => {
    const layout = layoutDay(range(['2026-11-20'], [], [hours('b', '2026-11-20')]), ['a', 'b'], OPTIONS);
    const found = [-0.1, 0, 0.27, 0.28, 1, 1.2].map((share) => columnAt(layout, share));
    expect(found).toEqual([0, 0, 0, 1, 1, 1]);
  });

  it('leaves cancelled visits out unless they are asked for', () => {
    const cards = [card('1', '2026-11-20', 540, 30, { status: 'cancelled' }), card('2', '2026-11-20', 540, 30)];
    const shown = (isCancelledShown: boolean) =>
      layoutDay(range(['2026-11-20'], cards), ['a'], { ...OPTIONS, isCancelledShown }).boxes.length;
    expect(shown(false)).toBe(1);
    expect(shown(true)).toBe(2);
  });

  it('keeps a short visit readable and the next one beside it where that would cover it', () => {
    const cards = [card('1', '2026-11-20', 540, 5), card('2', '2026-11-20', 545, 30)];
    const { boxes } = layoutDay(range(['2026-11-20'], cards), ['a'], { ...OPTIONS, minMinutes: 12 });
    expect(boxes[0]).toMatchObject({ top: 540, height: 12, width: 0.5 });
    expect(boxes[1]!.left).toBe(0.5);
  });

  it('knows when a late visit starts, though its box stands higher where there is no room below', () => {
    const { boxes } = layoutDay(range(['2026-11-20'], [card('1', '2026-11-20', 1425, 15)]), ['a'], {
      ...OPTIONS,
      minMinutes: 40,
    });
    expect(boxes[0]).toMatchObject({ top: 1400, height: 40, start: 1425 });
  });

  it('keeps time free below a visit that takes its time, and none that the visit gave back or the day does not have', () => {
    const at = (minute: number) => instantAt('2026-11-20', minute, ZONE);
    const done = (until: number) => ({ status: 'completed' as const, actual_end_at: at(until) });
    const cards = [
      card('planned', '2026-11-20', 540, 30),
      card('beside', '2026-11-20', 550, 30, { staff_id: 'b' }),
      card('left', '2026-11-20', 600, 30, { status: 'no_show' }),
      card('early', '2026-11-20', 660, 30, done(686)),
      card('long before', '2026-11-20', 720, 30, done(730)),
      card('late', '2026-11-20', 780, 30, done(815)),
      card('last', '2026-11-20', 1420, 10),
    ];
    const buffered = { ...OPTIONS, buffer: () => 15 };
    const layout = layoutDay(range(['2026-11-20'], cards), ['a', 'b'], buffered);
    expect(layout.tails).toEqual([
      { left: 0, width: 0.5, top: 570, height: 15 },
      { left: 0, width: 0.5, top: 690, height: 11 },
      { left: 0, width: 0.5, top: 810, height: 15 },
      { left: 0, width: 0.5, top: 1430, height: 10 },
      { left: 0.5, width: 0.5, top: 580, height: 15 },
    ]);
    // A short one is drawn longer than it is: only what shows below it is painted.
    const short = layoutDay(range(['2026-11-20'], [card('1', '2026-11-20', 540, 5)]), ['a'], buffered);
    expect(short.tails).toEqual([{ left: 0, width: 1, top: 550, height: 10 }]);
    expect(layoutDay(range(['2026-11-20'], cards), ['a', 'b'], OPTIONS).tails).toEqual([]);
  });

  it('keeps time free after a stay on the day it ends', () => {
    const days = range(['2026-11-19', '2026-11-20'], [card('1', '2026-11-19', 1080, 24 * 60)]);
    expect(layoutDays(days, { ...OPTIONS, buffer: () => 30 }).tails).toEqual([
      { left: 0.5, width: 0.5, top: 1080, height: 30 },
    ]);
  });

  it('shows a stay over night in each of its days', () => {
    const layout = layoutDays(
      range(['2026-11-19', '2026-11-20', '2026-11-21'], [card('1', '2026-11-19', 1080, 24 * 60)]),
      OPTIONS,
    );
    expect(layout.boxes.map(({ column, top, height, isContinued }) => [column, top, height, isContinued])).toEqual([
      [0, 1080, 360, false],
      [1, 0, 1080, true],
    ]);
  });

  it('shows a week of one colleague with their pauses, and of all only when anybody works', () => {
    const at = (minutes: number) => instantAt('2026-11-20', minutes, ZONE);
    const blocks: WorkBlock[] = [
      { staff_id: 'a', starts_at: at(480), ends_at: at(780), kind: 'open', reason: null },
      { staff_id: 'a', starts_at: at(780), ends_at: at(840), kind: 'break', reason: null },
      { staff_id: 'b', starts_at: at(900), ends_at: at(960), kind: 'open', reason: null },
      { staff_id: 'b', starts_at: at(600), ends_at: at(660), kind: 'open', reason: null },
      { staff_id: 'c', starts_at: at(700), ends_at: at(800), kind: 'open', reason: null },
    ];
    const shades = (staff: ReadonlySet<string> | null) =>
      layoutDays(range(['2026-11-20'], [], blocks), { ...OPTIONS, staff }).shades.map(
        ({ kind, top, height }) => `${kind} ${top}–${top + height}`,
      );
    expect(shades(new Set(['a']))).toEqual(['open 480–780', 'break 780–840']);
    expect(shades(null)).toEqual(['open 480–800', 'open 900–960']);
    expect(firstOpenMinute(layoutDays(range(['2026-11-20'], [], blocks), OPTIONS))).toBe(480);
  });
});

describe('a gesture', () => {
  const length = 1440;
  it('marks out a new visit in both directions, on the grid', () => {
    const gesture = { kind: 'create', from: { column: 2, minute: 547 } } as const;
    expect(targetOf(gesture, { column: 4, minute: 590 }, 15, length)).toEqual({ column: 2, top: 540, height: 60 });
    expect(targetOf(gesture, { column: 2, minute: 515 }, 15, length)).toEqual({ column: 2, top: 510, height: 45 });
  });

  it('moves over time and columns and stays on the board', () => {
    const gesture = {
      kind: 'move',
      from: { column: 0, minute: 550 },
      origin: { column: 0, top: 540, height: 30 },
    } as const;
    expect(targetOf(gesture, { column: 1, minute: 612 }, 15, length)).toEqual({ column: 1, top: 600, height: 30 });
    expect(targetOf(gesture, { column: 0, minute: 0 }, 15, length).top).toBe(0);
    expect(targetOf(gesture, { column: 0, minute: 1440 }, 15, length).top).toBe(1410);
  });

  it('resizes by the end alone, never below a step', () => {
    const gesture = {
      kind: 'resize',
      from: { column: 0, minute: 570 },
      origin: { column: 0, top: 540, height: 30 },
    } as const;
    expect(targetOf(gesture, { column: 3, minute: 592 }, 15, length)).toEqual({ column: 0, top: 540, height: 45 });
    expect(targetOf(gesture, { column: 0, minute: 100 }, 15, length).height).toBe(15);
  });

  it('goes by keyboard as by pointer', () => {
    const target = { column: 1, top: 540, height: 30 };
    expect(stepTarget(target, 'ArrowDown', false, 3, length)).toEqual({ column: 1, top: 555, height: 30 });
    expect(stepTarget(target, 'ArrowRight', false, 3, length)).toEqual({ column: 2, top: 540, height: 30 });
    expect(stepTarget({ ...target, column: 2 }, 'ArrowRight', false, 3, length)).toEqual({
      column: 2,
      top: 540,
      height: 30,
    });
    expect(stepTarget(target, 'ArrowDown', true, 3, length)).toEqual({ column: 1, top: 540, height: 45 });
    expect(stepTarget({ ...target, height: 15 }, 'ArrowUp', true, 3, length)).toEqual({ ...target, height: 15 });
    expect(stepTarget(target, 'Enter', false, 3, length)).toBeNull();
  });

  it('leaves a stay its length where it goes on past midnight, and its end where it is', () => {
    const stay = { column: 0, top: 1080, height: 3 * 1440 };
    const move = { kind: 'move', from: { column: 0, minute: 1100 }, origin: stay } as const;
    expect(targetOf(move, { column: 2, minute: 1100 }, 15, length)).toEqual({ ...stay, column: 2 });
    expect(targetOf(move, { column: 0, minute: 1040 }, 15, length)).toEqual({ ...stay, top: 1020 });
    expect(targetOf(move, { column: 0, minute: 0 }, 15, length).top).toBe(0);
    expect(targetOf({ ...move, from: { column: 0, minute: 1080 } }, { column: 0, minute: 1440 }, 15, length).top).toBe(
      1425,
    );
    const pull = { kind: 'resize', from: { column: 0, minute: 1438 }, origin: stay } as const;
    expect(targetOf(pull, { column: 0, minute: 1300 }, 15, length)).toEqual(stay);
  });

  it('leaves a stay its length by keyboard, too, and lets it come back to where it stood', () => {
    const late = { column: 0, top: 1380, height: 120 };
    const by = (target: typeof late, key: string, isResize = false) =>
      stepTarget(target, key, isResize, 3, length, late);
    expect(by(late, 'ArrowDown')).toEqual({ ...late, top: 1395 });
    expect(by({ ...late, top: 1425 }, 'ArrowDown')?.top).toBe(1425);
    expect(by({ ...late, top: 1305 }, 'ArrowDown')?.top).toBe(1320);
    expect(by({ ...late, top: 1320 }, 'ArrowDown')?.top).toBe(1335);
    expect(by(late, 'ArrowRight')).toEqual({ ...late, column: 1 });
    for (const key of ['ArrowUp', 'ArrowDown']) expect(by(late, key, true)).toEqual(late);
  });

  it('keeps the length true over a change of clocks', () => {
    const [column] = layoutDay(range([AUTUMN.date], []), ['a'], OPTIONS).columns;
    const { starts_at, ends_at } = instantsOf({ column: 0, top: 120, height: 90 }, column!);
    expect(starts_at).toBe(Date.parse('2026-10-25T02:00:00+02:00'));
    expect(ends_at).toBe(Date.parse('2026-10-25T02:30:00+01:00'));
  });

  it('finds the visit beside by time', () => {
    const boxes = [
      { column: 0, top: 540, left: 0 },
      { column: 0, top: 600, left: 0 },
      { column: 2, top: 480, left: 0.6 },
      { column: 2, top: 610, left: 0.6 },
    ];
    expect(neighbour(boxes, 0, 'ArrowDown')).toBe(1);
    expect(neighbour(boxes, 1, 'ArrowDown')).toBeNull();
    expect(neighbour(boxes, 1, 'ArrowRight')).toBe(3);
    expect(neighbour(boxes, 2, 'ArrowLeft')).toBe(0);
  });
});

it('a late visit whose box stands higher than it starts keeps its start where its end is pulled', () => {
  const options = { ...OPTIONS, minMinutes: 60 };
  const layout = layoutDay(range(['2026-11-20'], [card('1', '2026-11-20', 1395, 30)]), ['a'], options);
  const box = layout.boxes[0]!;
  expect(box).toMatchObject({ top: 1380, height: 60 });
  const [body, button] = [document.createElement('div'), document.createElement('button')];
  body.setPointerCapture = () => undefined;
  body.getBoundingClientRect = () => new DOMRect(0, 0, 100, 1440);
  button.getBoundingClientRect = () => new DOMRect(0, box.top, 100, box.height);
  const drag = new BoardDrag(
    () => ({ body, scroller: body, layout, zoom: 1, step: 15 }),
    () => undefined,
  );
  const at = (clientY: number) =>
    ({
      button: 0,
      isPrimary: true,
      pointerType: 'mouse',
      clientX: 50,
      clientY,
      target: button,
    }) as unknown as PointerEvent;
  drag.press(at(1436), box, true);
  drag.move(at(1421));
  expect(drag.target).toEqual({ column: 0, top: 1395, height: 15 });
  drag.cancel();
});

describe('where the keyboard begins to aim', () => {
  const blocks = (date: string): WorkBlock[] => [
    {
      staff_id: 'a',
      starts_at: instantAt(date, 480, ZONE),
      ends_at: instantAt(date, 900, ZONE),
      kind: 'open',
      reason: null,
    },
  ];
  const of = (date: string) => layoutDay(range([date], [], blocks(date)), ['a', 'b'], OPTIONS);
  const at = (date: string, minute: number) => instantAt(date, minute, ZONE);

  it('is the next quarter of an hour, not before work begins, and on another day the beginning of work', () => {
    const today = of('2026-11-20');
    expect(startPlace(today, at('2026-11-20', 612))).toEqual({ column: 0, top: 615, height: 30 });
    expect(startPlace(today, at('2026-11-20', 615))).toMatchObject({ top: 615 });
    expect(startPlace(today, at('2026-11-20', 60))).toMatchObject({ top: 480 });
    expect(startPlace(today, at('2026-11-20', 1438))).toMatchObject({ top: 1410 });
    expect(startPlace(today, at('2026-11-19', 700))).toMatchObject({ column: 0, top: 480 });
  });

  it('is the day of the present in a week', () => {
    const week = layoutDays(range(['2026-11-19', '2026-11-20', '2026-11-21'], [], blocks('2026-11-19')), OPTIONS);
    expect(startPlace(week, at('2026-11-20', 700))).toEqual({ column: 1, top: 705, height: 30 });
    expect(startPlace(week, at('2026-11-25', 700))).toMatchObject({ column: 0, top: 480 });
  });
});

describe('what is drawn of a large board', () => {
  const box = (left: number, top: number): Box => ({
    ...layoutDays(range(['2026-03-27'], [card('x', '2026-03-27', 600, 30)]), OPTIONS).boxes[0]!,
    left,
    width: 0.1,
    top,
    height: 30,
  });
  const part = { left: 100, right: 300, top: 600, bottom: 900 };

  it('is what reaches into a part of it', () => {
    const isDrawn = (left: number, top: number): boolean => reachesInto(part, box(left, top), 1000, 1.5);
    expect(isDrawn(0.15, 450)).toBe(true);
    expect(isDrawn(0.001, 450)).toBe(true);
    expect(isDrawn(0, 450)).toBe(false);
    expect(isDrawn(0.299, 450)).toBe(true);
    expect(isDrawn(0.3, 450)).toBe(false);
    expect(isDrawn(0.15, 371)).toBe(true);
    expect(isDrawn(0.15, 370)).toBe(false);
    expect(isDrawn(0.15, 600)).toBe(false);
  });

  it('is more than what is in sight', () => {
    expect(around(part)).toEqual({ left: 50, right: 350, top: 525, bottom: 975 });
    expect(holds(around(part), part)).toBe(true);
    expect(holds(around(part), { ...part, right: 351 })).toBe(false);
    expect(holds(around(part), { ...part, top: 524 })).toBe(false);
  });

  it('keeps its buttons while it is drawn, and gives free ones to what comes', () => {
    const slots = new Slots();
    expect(slots.take(['a', 'b', 'c', 'd'])).toEqual([0, 1, 2, 3]);
    expect(slots.take(['c', 'd', 'e'])).toEqual([2, 3, 0]);
    expect(slots.take(['e', 'f', 'g', 'd'])).toEqual([0, 1, 2, 3]);
    expect(slots.take([])).toEqual([]);
    expect(slots.take(['d'])).toEqual([0]);
  });
});

describe('where a board of days is first seen from', () => {
  const week = ['2026-03-23', '2026-03-24', '2026-03-25'];
  const of = (visits: AppointmentCard[], dates = week) => layoutDays(range(dates, visits), OPTIONS);
  const now = instantAt('2026-03-25', 600, ZONE);

  it('is the present, where it has that', () => {
    expect(firstColumn(of([card('x', '2026-03-24', 600, 30)]), now)).toBe(2);
  });

  it('is its first visit elsewhere', () => {
    const later = now + 30 * 86_400_000;
    expect(firstColumn(of([card('x', '2026-03-24', 600, 30)]), later)).toBe(1);
    expect(firstColumn(of([]), later)).toBe(0);
  });

  it('is the first colleague on a day', () => {
    const shown = layoutDay(
      range(['2026-03-25'], [card('x', '2026-03-25', 600, 30, { staff_id: 'b' })]),
      ['a', 'b'],
      OPTIONS,
    );
    expect(firstColumn(shown, now)).toBe(0);
  });
});
