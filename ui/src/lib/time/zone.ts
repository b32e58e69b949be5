// The clinic's wall clock. Instants are Unix milliseconds; dates are `YYYY-MM-DD`; minutes count from midnight on the wall.
import * as Instant from 'temporal-polyfill/fns/Instant';
import * as PlainDate from 'temporal-polyfill/fns/PlainDate';
import * as PlainTime from 'temporal-polyfill/fns/PlainTime';
import * as ZonedDateTime from 'temporal-polyfill/fns/ZonedDateTime';

export const MINUTE = 60_000;

/** The zone of the computer this window is on. */
export const computerZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

type Day = ReturnType<typeof PlainDate.create>;

const zoned = (at: number, zone: string) => Instant.toZonedDateTimeISO(Instant.fromEpochMilliseconds(at), zone);

function day(date: string): Day {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  if (!parts) throw new RangeError(`no date: ${date}`);
  return PlainDate.create(Number(parts[1]), Number(parts[2]), Number(parts[3]));
}

/** The calendar day an instant falls on. */
export const dateOf = (at: number, zone: string): string =>
  PlainDate.toString(ZonedDateTime.toPlainDate(zoned(at, zone)));

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
  PlainDate.toZonedDateTime(day(date), zone).epochMilliseconds;

/**
 * The instant of a wall time. A time that a change of clocks skips is read as the same distance after the gap; of a time
 * that comes twice the first is meant.
 */
export function instantAt(date: string, minutes: number, zone: string): number {
  const ofDay = ((minutes % 1440) + 1440) % 1440;
  const plainTime = PlainTime.create(Math.floor(ofDay / 60), ofDay % 60);
  const on = PlainDate.addDays(day(date), Math.floor(minutes / 1440));
  return PlainDate.toZonedDateTime(on, { timeZone: zone, plainTime }).epochMilliseconds;
}

/** The same wall time on another day, `days` later. */
export const plusDaysAt = (at: number, days: number, zone: string): number =>
  ZonedDateTime.addDays(zoned(at, zone), days).epochMilliseconds;

export const addDays = (date: string, days: number): string => PlainDate.toString(PlainDate.addDays(day(date), days));
export const addMonths = (date: string, months: number): string =>
  PlainDate.toString(PlainDate.addMonths(day(date), months));
export const firstOfMonth = (date: string): string => `${date.slice(0, 8)}01`;
export const daysBetween = (from: string, to: string): number => PlainDate.diffDays(day(from), day(to));
/** Sunday = 0 … Saturday = 6. */
export const weekday = (date: string): number => PlainDate.dayOfWeek(day(date)) % 7;

/** The day the week of `date` begins on; `firstDay` counts Sunday as 0. */
export const startOfWeek = (date: string, firstDay: number): string =>
  addDays(date, -((weekday(date) - firstDay + 7) % 7));

export const isDate = (text: string): boolean => {
  try {
    return PlainDate.toString(day(text)) === text;
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
