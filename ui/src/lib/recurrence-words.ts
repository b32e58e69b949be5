import { t, type PlainKey } from '$lib/i18n/index.svelte';
import { formatDate, formatWeekday } from '$lib/time/format';
import { locale } from '$lib/i18n/index.svelte';
import { parseRule, WEEKDAYS, type Weekday } from './recurrence';

/** 2026-02-01 was a Sunday: the name of a weekday is that of a day of that week. */
export const weekdayName = (day: Weekday): string => formatWeekday(`2026-02-0${WEEKDAYS.indexOf(day) + 1}`);

/** "Every 2 weeks on Mon and Wed, 10 times", of an RFC 5545 rule; a rule with other parts is shown as it stands. */
export function describeRule(rule: string): string {
  const read = parseRule(rule);
  if (!read) return rule;
  const { frequency, interval, days, end } = read;
  const every = t(`repeat.every_${frequency.toLowerCase()}` as PlainKey, ...([{ interval }] as unknown as []));
  const names = new Intl.ListFormat(locale(), { type: 'conjunction' }).format(days.map(weekdayName));
  const on = days.length > 0 ? ` ${t('repeat.on', { days: names })}` : '';
  const until =
    end.by === 'count' ? t('repeat.times', { count: end.count }) : t('repeat.until', { date: formatDate(end.until) });
  const orLast = rule.includes('BYSETPOS') ? ` (${t('repeat.or_last')})` : '';
  return `${every}${on}${orLast}, ${until}`;
}
