import type { ScheduleOverride, WeeklyHours } from '$lib/backend';
import { daysBetween } from '$lib/time/zone';

/** A line of the weekly plan, its times as minutes of the wall clock. */
export interface HoursLine {
  /** Which line it is: the id of what is kept, or one of its own. */
  key: string;
  kept: WeeklyHours | null;
  day: number;
  start: number | null;
  end: number | null;
  breakStart: number | null;
  breakEnd: number | null;
  /** Breaks after the first. */
  more: BreakLine[];
  /** The first day it holds; empty of a new line that holds from today on. */
  from: string;
  /** The last day it holds; empty where it holds for good. */
  until: string;
  /** Every so many minutes a free time is offered. */
  slot: number;
  /** Minutes kept free after every visit, besides what its service keeps. */
  buffer: number;
}

/** A break, its times as minutes of the wall clock. */
export interface BreakLine {
  start: number | null;
  end: number | null;
}

/** The most breaks a line has, as the core takes them. */
export const MOST_BREAKS = 10;

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
export const wallOf = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** Monday first, as a week is read. */
export const WEEK = [1, 2, 3, 4, 5, 6, 0];

/** A date of a weekday (0 = Sunday), for its name. 2023-01-01 was a Sunday. */
export const dateOfWeekday = (day: number): string => `2023-01-0${day + 1}`;

let fresh = 0;
const freshKey = (): string => `fresh ${++fresh}`;

export const lineOf = (hours: WeeklyHours): HoursLine => ({
  key: hours.id ?? freshKey(),
  kept: hours,
  day: hours.day_of_week,
  start: minutesOf(hours.start),
  end: minutesOf(hours.end),
  breakStart: hours.breaks[0] ? minutesOf(hours.breaks[0].start) : null,
  breakEnd: hours.breaks[0] ? minutesOf(hours.breaks[0].end) : null,
  more: hours.breaks.slice(1).map(({ start, end }) => ({ start: minutesOf(start), end: minutesOf(end) })),
  from: hours.effective_from,
  until: hours.effective_until ?? '',
  slot: hours.slot_minutes,
  buffer: hours.buffer_minutes,
});

/** What hours have where nobody said otherwise. */
const USUAL = { slot: 15, buffer: 0 };
export const isUsual = ({ slot, buffer }: HoursLine): boolean => slot === USUAL.slot && buffer === USUAL.buffer;

export const freshLine = (day: number): HoursLine => ({
  key: freshKey(),
  kept: null,
  day,
  start: 540,
  end: 1080,
  breakStart: null,
  breakEnd: null,
  more: [],
  from: '',
  until: '',
  ...USUAL,
});

export const TIMES = ['start', 'end', 'breakStart', 'breakEnd'] as const;
export type HoursTime = (typeof TIMES)[number];

/** The field of a break after the first: its times are asked for each by itself. */
export const ofBreak = (index: number, edge: keyof BreakLine): string => `more ${index} ${edge}`;
/** A break of which nothing is typed is none. */
const isEmpty = ({ start, end }: BreakLine): boolean => start === null && end === null;

/** What a line lacks: it has a beginning and an end, and so have its breaks; the last day it holds is none before the first. */
export function gapsOf(line: HoursLine): string[] {
  const hasBreak = line.breakStart !== null || line.breakEnd !== null;
  const wanted: HoursTime[] = ['start', 'end', ...(hasBreak ? (['breakStart', 'breakEnd'] as const) : [])];
  const edges = ['start', 'end'] as const;
  const ofMore = line.more.flatMap((pause, index) =>
    isEmpty(pause) ? [] : edges.filter((edge) => pause[edge] === null).map((edge) => ofBreak(index, edge)),
  );
  const isBackwards = line.from !== '' && line.until !== '' && line.until < line.from;
  return [...wanted.filter((time) => line[time] === null), ...ofMore, ...(isBackwards ? ['until'] : [])];
}

const find = (among: HoursLine[], key: string) => among.find((line) => line.key === key);
/** What is typed of a line. Rules that are not shown are nobody's here. */
const typedIn = (line: HoursLine): string =>
  JSON.stringify([TIMES.map((time) => line[time]), line.more, line.from, line.until, line.slot, line.buffer]);
/** Whether somebody wrote in a line that began so. */
const isTouched = (line: HoursLine, began: HoursLine | undefined): boolean =>
  !began || typedIn(line) !== typedIn(began);

/** Whether somebody wrote in lines that began so, added to them or took some away. Their order is nobody's. */
export const areTouched = (lines: HoursLine[], start: HoursLine[]): boolean =>
  lines.length !== start.length || lines.some((line) => isTouched(line, find(start, line.key)));

/** Lines of another time, as they are read again: keys of today's new lines are not theirs. */
export const withFreshKeys = (lines: HoursLine[]): HoursLine[] =>
  lines.map((line) => (line.kept ? line : { ...line, key: freshKey() }));

/**
 * Lines as they are to be shown and saved: those that were touched as they are typed, every other as it is kept now (`live`) and not as it
 * was at `start`. What is gone elsewhere goes here too where nobody touched it, and what came comes.
 */
export function mergedLines(lines: HoursLine[], start: HoursLine[], live: HoursLine[]): HoursLine[] {
  const own = lines.flatMap((line) => {
    const [began, kept] = [find(start, line.key), find(live, line.key)];
    if (isTouched(line, began)) return [{ ...line, kept: kept?.kept ?? line.kept }];
    return kept ? [kept] : [];
  });
  return [...own, ...live.filter(({ key }) => !find(start, key) && !find(lines, key))];
}

/** A time that is missing is none that the core takes: nothing is left out in silence. */
const givenWall = (minutes: number | null): string => (minutes === null ? '' : wallOf(minutes));

const wallsOf = ({ start, end }: BreakLine) => ({ start: givenWall(start), end: givenWall(end) });

/** The lines as the core takes them. Rules that are not shown stay as they were kept. */
export const hoursOf = (lines: HoursLine[], staffId: string, today: string): WeeklyHours[] =>
  lines.map((line) => {
    const hasBreak = line.breakStart !== null || line.breakEnd !== null;
    const first = hasBreak ? [wallsOf({ start: line.breakStart, end: line.breakEnd })] : [];
    return {
      id: line.kept?.id ?? null,
      staff_id: staffId,
      day_of_week: line.day,
      start: givenWall(line.start),
      end: givenWall(line.end),
      effective_from: line.from || today,
      effective_until: line.until || null,
      slot_minutes: line.slot,
      buffer_minutes: line.buffer,
      max_per_slot: line.kept?.max_per_slot ?? 1,
      breaks: [...first, ...line.more.filter((pause) => !isEmpty(pause)).map(wallsOf)],
    };
  });

/** A line as another day has it: what is written into it is not written into this one. What a screen holds takes no structuredClone. */
const onDay = (line: HoursLine, day: number): HoursLine => ({
  ...line,
  key: freshKey(),
  kept: null,
  day,
  more: line.more.map((pause) => ({ ...pause })),
});

/** Monday's lines on every weekday. */
export const likeMonday = (lines: HoursLine[]): HoursLine[] => {
  const monday = lines.filter((line) => line.day === 1);
  const rest = lines.filter((line) => line.day === 0 || line.day === 6);
  const copies = [2, 3, 4, 5].flatMap((day) => monday.map((line) => onDay(line, day)));
  return [...monday, ...copies, ...rest];
};

export type Repeat = 'never' | 'weekly' | 'biweekly' | 'monthly' | 'yearly' | 'own';

const RULES: Record<Exclude<Repeat, 'never' | 'own'>, string> = {
  weekly: 'FREQ=WEEKLY',
  biweekly: 'FREQ=WEEKLY;INTERVAL=2',
  monthly: 'FREQ=MONTHLY',
  yearly: 'FREQ=YEARLY',
};

/** How an exception repeats, where it is one of the usual ways, and until when. */
export function repeatOf(rule: string | null): { repeat: Repeat; until: string } {
  if (rule === null) return { repeat: 'never', until: '' };
  const until = /;UNTIL=(\d{4})(\d{2})(\d{2})$/.exec(rule);
  const plain = rule.replace(/;UNTIL=\d{8}$/, '');
  const found = (Object.keys(RULES) as (keyof typeof RULES)[]).find((repeat) => RULES[repeat] === plain);
  return { repeat: found ?? 'own', until: until ? `${until[1]}-${until[2]}-${until[3]}` : '' };
}

/** The rule of a way to repeat; `own` keeps what was set elsewhere. */
export function ruleOf(repeat: Repeat, until: string, own: string | null): string | null {
  if (repeat === 'never') return null;
  if (repeat === 'own') return own;
  return RULES[repeat] + (until === '' ? '' : `;UNTIL=${until.replaceAll('-', '')}`);
}

/** The last day of an exception that holds for days on end: one rule, so that every desk reads it. */
export const lastDayOf = (rule: string | null): string => {
  const until = /^FREQ=DAILY;UNTIL=(\d{4})(\d{2})(\d{2})$/.exec(rule ?? '');
  return until ? `${until[1]}-${until[2]}-${until[3]}` : '';
};
/** The most days that one exception lasts, as the core takes it. */
export const MOST_DAYS = 366;

export interface OverrideForm {
  id: string | null;
  kind: ScheduleOverride['kind'];
  date: string;
  /** The last of several days; empty where it is one. */
  lastDay: string;
  /** For everybody who works here, each with one of their own. */
  isForAll: boolean;
  isWholeDay: boolean;
  start: number | null;
  end: number | null;
  reason: string;
  repeat: Repeat;
  until: string;
  own: string | null;
}

export const overrideFormOf = (of: ScheduleOverride | undefined, today: string): OverrideForm => ({
  id: of?.id ?? null,
  kind: of?.kind ?? 'unavailable',
  date: of?.on_date ?? today,
  isWholeDay: !of?.start,
  start: of?.start ? minutesOf(of.start) : 540,
  end: of?.end ? minutesOf(of.end) : 1080,
  reason: of?.reason ?? '',
  lastDay: lastDayOf(of?.recurrence ?? null),
  isForAll: false,
  ...repeatOf(lastDayOf(of?.recurrence ?? null) ? null : (of?.recurrence ?? null)),
  own: of?.recurrence ?? null,
});

export const overrideOf = (form: OverrideForm, staffId: string): ScheduleOverride => ({
  id: form.id,
  staff_id: staffId,
  kind: form.kind,
  on_date: form.date,
  start: form.isWholeDay || form.start === null ? null : wallOf(form.start),
  end: form.isWholeDay || form.end === null ? null : wallOf(form.end),
  reason: form.reason.trim() || null,
  recurrence: isRange(form)
    ? `FREQ=DAILY;UNTIL=${form.lastDay.replaceAll('-', '')}`
    : ruleOf(form.repeat, form.until, form.own),
});

/** Whether it is for days on end, and not one that may repeat. */
export const isRange = ({ date, lastDay }: OverrideForm): boolean => lastDay !== '' && lastDay !== date;

/** What is wrong with the last of its days. */
export function rangeProblem(form: OverrideForm): 'before' | 'long' | null {
  if (!isRange(form)) return null;
  if (form.lastDay < form.date) return 'before';
  return daysBetween(form.date, form.lastDay) >= MOST_DAYS ? 'long' : null;
}
