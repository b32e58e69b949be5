// Dates, times, money and durations as the clinic's region writes them, in the clinic's zone.
import { clinicZone, currency, currencyDigits } from '$lib/session.svelte';
import { locale, t } from '$lib/i18n/index.svelte';
import { numbersOf, weightText } from '$lib/units';
import { dateOf, daysBetween, MINUTE } from './zone';

const cache = new Map<string, Intl.DateTimeFormat>();

function formatter(options: Intl.DateTimeFormatOptions, zone: string): Intl.DateTimeFormat {
  const key = `${locale()}|${zone}|${JSON.stringify(options)}`;
  let found = cache.get(key);
  if (!found) cache.set(key, (found = new Intl.DateTimeFormat(locale(), { ...options, timeZone: zone })));
  return found;
}

const instant = (at: number, options: Intl.DateTimeFormatOptions) => formatter(options, clinicZone()).format(at);
// A calendar day is noon UTC of that day, written in UTC: no zone can move it.
const day = (date: string, options: Intl.DateTimeFormatOptions) =>
  formatter(options, 'UTC').format(Date.parse(`${date}T12:00:00Z`));

const TIME: Intl.DateTimeFormatOptions = { hour: 'numeric', minute: '2-digit' };

/** Keeps what was written last: a board asks for hundreds of times at once, of a few dozen instants. */
function kept(write: (format: Intl.DateTimeFormat, at: number) => string): (at: number) => string {
  let [language, zone] = ['', ''];
  const texts = new Map<number, string>();
  return (at) => {
    if (locale() !== language || clinicZone() !== zone || texts.size > 1000) texts.clear();
    [language, zone] = [locale(), clinicZone()];
    let text = texts.get(at);
    if (text === undefined) {
      text = write(formatter(TIME, zone), at);
      texts.set(at, text);
    }
    return text;
  };
}

/** 9:30 */
export const formatTime = kept((format, at) => format.format(at));
/** 9:30, also where times are written 9:30 AM: beside hours that say which half of the day it is. */
export const formatClock = kept((format, at) => {
  const told = format.formatToParts(at).map(({ type, value }) => (type === 'dayPeriod' ? '' : value));
  return told.join('').trim();
});
/** 9:30 – 10:00 */
export const formatTimes = (from: number, to: number): string => formatter(TIME, clinicZone()).formatRange(from, to);
/** 9:30; of another day than `day`, Fri 9:30 or, a week and more away, 20 Nov, 9:30 */
export function formatTimeOn(at: number, day: string): string {
  const own = dateOf(at, clinicZone());
  if (own === day) return formatTime(at);
  const named: Intl.DateTimeFormatOptions =
    Math.abs(daysBetween(day, own)) < 7 ? { weekday: 'short' } : { day: 'numeric', month: 'short' };
  return instant(at, { ...named, hour: 'numeric', minute: '2-digit' });
}
/** The same of an end: midnight still belongs to the day that ends with it. */
export const formatEndOn = (at: number, day: string): string =>
  dateOf(at - 1, clinicZone()) === day ? formatTime(at) : formatTimeOn(at, day);
/** Fri, 20 Nov, 9:30 */
export const formatDateTime = (at: number): string =>
  instant(at, { weekday: 'short', day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' });
/** Fri, 20 Nov, 9:30; of another year than `now` is in, 20 Nov 2025, 9:30 */
export function formatWhen(at: number, now: number): string {
  const [year, present] = [at, now].map((one) => dateOf(one, clinicZone()).slice(0, -6));
  if (year === present) return formatDateTime(at);
  return instant(at, { day: 'numeric', month: 'short', year: 'numeric', hour: 'numeric', minute: '2-digit' });
}
/** 20 Nov 2026 */
export const formatInstantDate = (at: number): string =>
  instant(at, { day: 'numeric', month: 'short', year: 'numeric' });
/** 20 Nov 2026 of a calendar day */
export const formatDate = (date: string): string => day(date, { day: 'numeric', month: 'short', year: 'numeric' });
/** Friday, 20 November 2026 */
export const formatLongDate = (date: string): string =>
  day(date, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
/** Fri 20 */
export const formatDayHead = (date: string): string => day(date, { weekday: 'short', day: 'numeric' });
/** Fri */
export const formatWeekday = (date: string): string => day(date, { weekday: 'short' });
/** November 2026 */
export const formatMonth = (date: string): string => day(date, { month: 'long', year: 'numeric' });
/** 16 – 22 Nov 2026 */
export const formatDateRange = (from: string, to: string): string =>
  formatter({ day: 'numeric', month: 'short', year: 'numeric' }, 'UTC').formatRange(
    Date.parse(`${from}T12:00:00Z`),
    Date.parse(`${to}T12:00:00Z`),
  );

/** 9:30 of minutes since midnight, whatever the day. */
export const formatWall = (minutes: number): string => formatter(TIME, 'UTC').format((minutes % 1440) * MINUTE);
/** 9 AM, 09:00: the label of an hour on the board. */
export const formatHour = (minutes: number): string => formatWall(minutes).replace(/[:.]00(?=\s)/, '');

/** 45 min, 1 h 30 min, 2 d */
export function formatDuration(minutes: number): string {
  if (minutes < 60) return t('time.minutes', { minutes });
  if (minutes >= 1440 && minutes % 1440 === 0) return t('time.days', { days: minutes / 1440 });
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return rest === 0 ? t('time.hours', { hours }) : t('time.hours_minutes', { hours, minutes: rest });
}

/** 3 days ago, in 2 hours; from a day on by the clinic's calendar, so that yesterday is yesterday. */
export function formatRelative(at: number, now: number): string {
  const minutes = Math.round((at - now) / MINUTE);
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' });
  if (Math.abs(minutes) < 60) return format.format(minutes, 'minute');
  if (Math.abs(minutes) < 24 * 60) return format.format(Math.round(minutes / 60), 'hour');
  const days = daysBetween(dateOf(now, clinicZone()), dateOf(at, clinicZone()));
  if (Math.abs(days) < 60) return format.format(days, 'day');
  return Math.abs(days) < 730
    ? format.format(Math.round(days / 30.44), 'month')
    : format.format(Math.round(days / 365.25), 'year');
}

/** Money in the clinic's currency. */
export const formatMoney = (cents: number): string => {
  const digits = currencyDigits();
  const decimals = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const format = new Intl.NumberFormat(numbersOf(locale()), { style: 'currency', currency: currency(), ...decimals });
  return format.format(cents / 10 ** digits);
};
export const formatNumber = (value: number): string => new Intl.NumberFormat(numbersOf(locale())).format(value);
/** 125 %, as the region writes it. */
export const formatPercent = (percent: number): string =>
  new Intl.NumberFormat(numbersOf(locale()), { style: 'percent' }).format(percent / 100);
/** 47.1 of megabytes, of a size in KiB. */
export const formatMegabytes = (kib: number): string => formatNumber(Math.round(kib / 102.4) / 10);
/** 3.2 kg, 450 g; in pounds where the clinic's region weighs so. */
export const formatWeight = (grams: number): string => weightText(grams, locale());
