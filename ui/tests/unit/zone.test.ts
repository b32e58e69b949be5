import { describe, expect, it } from 'vitest';
import {
  addDays,
  addMonths,
  dateOf,
  daysBetween,
  firstDayOfWeek,
  firstOfMonth,
  instantAt,
  isDate,
  minutesOf,
  plusDaysAt,
  startOfDay,
  startOfWeek,
  wallMinutes,
  wallTime,
  weekday,
} from '$lib/time/zone';

const HOUR = 3_600_000;
const MADRID = 'Europe/Madrid';

describe('instants and the wall', () => {
  it('reads the wall of the zone that is asked for', () => {
    const at = Date.parse('2026-11-20T09:30:00Z');
    expect(wallMinutes(at, MADRID)).toBe(10 * 60 + 30);
    expect(wallMinutes(at, 'Asia/Kolkata')).toBe(15 * 60);
    expect(dateOf(Date.parse('2026-11-20T23:30:00Z'), MADRID)).toBe('2026-11-21');
  });

  it('knows days of 23 and 25 hours, in both hemispheres', () => {
    const length = (date: string, zone: string) => (startOfDay(addDays(date, 1), zone) - startOfDay(date, zone)) / HOUR;
    expect(length('2026-03-29', MADRID)).toBe(23);
    expect(length('2026-10-25', MADRID)).toBe(25);
    expect(length('2026-10-04', 'Australia/Sydney')).toBe(23);
    expect(length('2026-04-05', 'Australia/Sydney')).toBe(25);
    expect(length('2026-10-04', 'Australia/Lord_Howe')).toBe(23.5);
    expect(length('2026-06-01', MADRID)).toBe(24);
  });

  it('begins a day where midnight is skipped at its first instant', () => {
    // Santiago's clocks go from 24:00 to 01:00.
    const start = startOfDay('2026-09-06', 'America/Santiago');
    expect(wallMinutes(start, 'America/Santiago')).toBe(60);
    expect(dateOf(start - 1, 'America/Santiago')).toBe('2026-09-05');
  });

  it('reads a skipped wall time after the gap and the first of a repeated one', () => {
    expect(instantAt('2026-03-29', 2 * 60 + 30, MADRID)).toBe(Date.parse('2026-03-29T03:30:00+02:00'));
    expect(instantAt('2026-10-25', 2 * 60 + 30, MADRID)).toBe(Date.parse('2026-10-25T02:30:00+02:00'));
    expect(instantAt('2026-10-25', 1440, MADRID)).toBe(startOfDay('2026-10-26', MADRID));
  });

  it('keeps the wall time over a change of clocks', () => {
    const before = instantAt('2026-10-24', 9 * 60, MADRID);
    expect(wallMinutes(plusDaysAt(before, 1, MADRID), MADRID)).toBe(9 * 60);
    expect(plusDaysAt(before, 1, MADRID) - before).toBe(25 * HOUR);
  });
});

describe('calendar days', () => {
  it('counts and steps', () => {
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
    expect(addMonths('2026-01-31', 1)).toBe('2026-02-28');
    expect(firstOfMonth('2026-11-20')).toBe('2026-11-01');
    expect(daysBetween('2026-11-20', '2026-12-01')).toBe(11);
    expect(weekday('2026-11-22')).toBe(0);
    expect(startOfWeek('2026-11-20', 1)).toBe('2026-11-16');
    expect(startOfWeek('2026-11-22', 0)).toBe('2026-11-22');
    expect(startOfWeek('2026-11-22', 1)).toBe('2026-11-16');
  });

  it('knows a date from what is none', () => {
    expect(isDate('2026-02-28')).toBe(true);
    for (const text of ['2026-02-30', '2026-2-3', 'today', '']) expect(isDate(text), text).toBe(false);
  });

  it('writes and reads wall times', () => {
    for (const text of ['00:00', '09:05', '24:00']) expect(wallTime(minutesOf(text))).toBe(text);
  });

  it('begins the week as the region does', () => {
    expect(firstDayOfWeek('en-US')).toBe(0);
    expect(firstDayOfWeek('en-GB')).toBe(1);
    expect(firstDayOfWeek('es')).toBe(1);
    expect(firstDayOfWeek('es-MX')).toBe(0);
    expect(firstDayOfWeek('ar-EG')).toBe(6);
  });
});
