import type { ScheduleOverride } from '$lib/backend';
import { t } from '$lib/i18n/index.svelte';
import { parseRule } from '$lib/recurrence';
import { describeRule } from '$lib/recurrence-words';
import { formatDate, formatDateRange, formatWall } from '$lib/time/format';
import { minutesOf } from '$lib/time/zone';
import { lastDayOf, repeatOf } from './hours';

/** The hours of an exception, as the clinic's region writes them. */
export const hoursWords = ({ start, end }: ScheduleOverride): string =>
  start && end ? `${formatWall(minutesOf(start))}–${formatWall(minutesOf(end))}` : t('settings.whole_day');

/** The day of an exception, or from which to which it lasts. */
export const daysWords = ({ on_date, recurrence }: ScheduleOverride): string => {
  const last = lastDayOf(recurrence);
  return last ? formatDateRange(on_date, last) : formatDate(on_date);
};

/** How an exception repeats, and until when; nothing of one that does not. */
export function repeatWords(rule: string | null): string {
  if (rule === null || lastDayOf(rule)) return '';
  const { repeat, until } = repeatOf(rule);
  if (repeat === 'own' && parseRule(rule)) return describeRule(rule);
  const every = t(`settings.repeat_${repeat}`);
  return until === '' ? every : `${every}, ${t('repeat.until', { date: formatDate(until) })}`;
}
