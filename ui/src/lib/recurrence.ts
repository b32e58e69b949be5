// Repetition in RFC 5545's words, as a form makes and reads it.
import { weekday } from '$lib/time/zone';

/** The days that every month has. */
const SHORTEST = 28;

export type Frequency = 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';
export const FREQUENCIES: readonly Frequency[] = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'];
/** Sunday first, as `weekday()` counts. */
export const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'] as const;
export type Weekday = (typeof WEEKDAYS)[number];
/** A series holds no more visits than this. */
export const MAX_COUNT = 200;

export interface Repetition {
  frequency: Frequency;
  /** Every so many days, weeks, months. */
  interval: number;
  /** On which days of the week (weekly alone). */
  days: Weekday[];
  /** By number, or until a day. */
  end: { by: 'count'; count: number } | { by: 'until'; until: string };
}

/** Every week on the day of `date`, ten times. */
export function defaultRepetition(date: string): Repetition {
  return { frequency: 'WEEKLY', interval: 1, days: [WEEKDAYS[weekday(date)]!], end: { by: 'count', count: 10 } };
}

/**
 * `FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=10`, of what begins on `date`. Monthly from the 31st it is on the last day of a shorter month: the RFC's plain
 * rule leaves such a month out, which nobody means who says "every month".
 */
export function toRule({ frequency, interval, days, end }: Repetition, date: string): string {
  const parts = [`FREQ=${frequency}`];
  if (interval > 1) parts.push(`INTERVAL=${interval}`);
  if (frequency === 'WEEKLY' && days.length > 0) {
    const sorted = [...days].sort((a, b) => fromMonday(a) - fromMonday(b));
    parts.push(`BYDAY=${sorted.join(',')}`);
  }
  const day = Number(date.slice(8));
  if (frequency === 'MONTHLY' && day > SHORTEST) parts.push(`BYMONTHDAY=${daysTo(day)}`, 'BYSETPOS=-1');
  parts.push(end.by === 'count' ? `COUNT=${end.count}` : `UNTIL=${end.until.replaceAll('-', '')}`);
  return parts.join(';');
}

/** `28,29,30`: the last of them that a month has is that day, or the month's last. */
const daysTo = (day: number): string =>
  Array.from({ length: day - SHORTEST + 1 }, (_, index) => SHORTEST + index).join(',');

const fromMonday = (day: Weekday): number => (WEEKDAYS.indexOf(day) + 6) % 7;

/** Reads what `toRule` writes; none of a rule with other parts (it is shown as it stands then). */
export function parseRule(rule: string): Repetition | null {
  const parts = new Map(rule.split(';').map((part) => part.split('=', 2) as [string, string]));
  const frequency = FREQUENCIES.find((known) => known === parts.get('FREQ'));
  const until = /^(\d{4})(\d{2})(\d{2})/.exec(parts.get('UNTIL') ?? '');
  const count = Number(parts.get('COUNT'));
  const isKnown = [...parts.keys()].every((key) =>
    ['FREQ', 'INTERVAL', 'BYDAY', 'BYMONTHDAY', 'BYSETPOS', 'COUNT', 'UNTIL', 'WKST'].includes(key),
  );
  const days = (parts.get('BYDAY') ?? '').split(',').filter(Boolean);
  const areDaysKnown = days.every((day): day is Weekday => (WEEKDAYS as readonly string[]).includes(day));
  if (!frequency || !isKnown || !areDaysKnown || !isOfMonth(frequency, parts) || (!until && !count)) return null;
  return {
    frequency,
    interval: Number(parts.get('INTERVAL') ?? 1),
    days: days as Weekday[],
    end: until ? { by: 'until', until: `${until[1]}-${until[2]}-${until[3]}` } : { by: 'count', count },
  };
}

/** Whether a rule names no days of the month, or one as `toRule` does. */
function isOfMonth(frequency: Frequency, parts: ReadonlyMap<string, string>): boolean {
  const [days, place] = [parts.get('BYMONTHDAY'), parts.get('BYSETPOS')];
  if (days === undefined && place === undefined) return true;
  return frequency === 'MONTHLY' && place === '-1' && [29, 30, 31].some((day) => daysTo(day) === days);
}

/** Whether a visit of a series is on a day that its rule names: one that was moved by days is not, and its rule says nothing true of it. */
export function isOnItsDay(rule: string, date: string): boolean {
  const days = parseRule(rule)?.days ?? [];
  const ofMonth = /;BYMONTHDAY=([\d,]+)/.exec(rule)?.[1]?.split(',') ?? [];
  if (ofMonth.length > 0 && !ofMonth.includes(date.slice(8))) return false;
  return days.length === 0 || days.includes(WEEKDAYS[weekday(date)]!);
}
