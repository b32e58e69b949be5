// The clinic's wall clock. Instants are Unix milliseconds; dates are `YYYY-MM-DD`; minutes count from midnight on the wall.
import { Temporal } from 'temporal-polyfill';

export const MINUTE = 60_000;

/** The zone of the computer this window is on. */
export const computerZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

function zoned(at: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
}

/** The calendar day an instant falls on. */
export const dateOf = (at: number, zone: string): string => zoned(at, zone).toPlainDate().toString();

/** Minutes since midnight on the wall. */
export function wallMinutes(at: number, zone: string): number {
  const wall = zoned(at, zone);
  return wall.hour * 60 + wall.minute;
}

/** `HH:MM` of minutes since midnight; 1440 is `24:00`. */
export function wallTime(minutes: number): string {
  const hour = Math.floor(minutes / 60);
  return `${String(hour).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/** Minutes since midnight of `HH:MM`. */
export function minutesOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return hour * 60 + minute;
}

/** The first instant of a day. */
export const startOfDay = (date: string, zone: string): number =>
  Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds;

/**
 * The instant of a wall time. A time that a change of clocks skips is read as the same distance after the gap; of a time
 * that comes twice the first is meant.
 */
export function instantAt(date: string, minutes: number, zone: string): number {
  const day = Temporal.PlainDate.from(date).add({ days: Math.floor(minutes / 1440) });
  const time = Temporal.PlainTime.from(wallTime(((minutes % 1440) + 1440) % 1440));
  return day.toZonedDateTime({ timeZone: zone, plainTime: time }).epochMilliseconds;
}

/** The same wall time on another day, `days` later. */
export const plusDaysAt = (at: number, days: number, zone: string): number =>
  zoned(at, zone).add({ days }).epochMilliseconds;

export const addDays = (date: string, days: number): string => Temporal.PlainDate.from(date).add({ days }).toString();
export const addMonths = (date: string, months: number): string =>
  Temporal.PlainDate.from(date).add({ months }).toString();
export const firstOfMonth = (date: string): string => Temporal.PlainDate.from(date).with({ day: 1 }).toString();
export const daysBetween = (from: string, to: string): number =>
  Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to)).days;
/** Sunday = 0 … Saturday = 6. */
export const weekday = (date: string): number => Temporal.PlainDate.from(date).dayOfWeek % 7;

/** The day the week of `date` begins on; `firstDay` counts Sunday as 0. */
export const startOfWeek = (date: string, firstDay: number): string =>
  addDays(date, -((weekday(date) - firstDay + 7) % 7));

export const isDate = (text: string): boolean => {
  try {
    return Temporal.PlainDate.from(text).toString() === text;
  } catch {
    return false;
  }
};

/** Which day the week begins on in a locale (Sunday = 0), by its region. */
export function firstDayOfWeek(locale: string): number {
  const region = new Intl.Locale(locale).maximize().region ?? '';
  return SUNDAY_REGIONS.has(region) ? 0 : SATURDAY_REGIONS.has(region) ? 6 : 1;
}

// CLDR weekData; WebKitGTK's Intl.Locale has no weekInfo.
const SUNDAY_REGIONS = new Set(
  'AG AS AU BD BR BS BT BW BZ CA CO DM DO ET GT GU HK HN ID IL IN JM JP KE KH KR LA MH MM MO MT MX MZ NI NP PA PE PH PK PR PT PY SA SG SV TH TT TW UM US VE VI WS YE ZA ZW'.split(
    ' ',
  ),
);
const SATURDAY_REGIONS = new Set('AE AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY'.split(' '));
