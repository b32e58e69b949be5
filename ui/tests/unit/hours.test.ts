import { expect, it } from 'vitest';
import type { WeeklyHours } from '$lib/backend';
import { freshLine, gapsOf, hoursOf, lineOf } from '$areas/settings/hours';

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
