// What a visit on the board says: to the eye what its box has room for, to a screen reader in one sentence.
import type { AppointmentCard, AppointmentStatus, DayBounds, Service } from '$lib/backend';
import { STATUS } from '$lib/components/status';
import { t } from '$lib/i18n/index.svelte';
import { formatClock, formatDuration, formatEndOn, formatTime, formatTimeOn } from '$lib/time/format';
import type { Box } from './layout';
import { MARKS } from './marks';

export interface BoxWords {
  time: string;
  who: string;
  what: string;
  state: string;
  label: string;
}

/** The name a visit goes by: the pet and its person, or the title of time kept for something else. */
export function whoOf(card: AppointmentCard): string {
  const family = card.client_name.split(' ').slice(1).join(' ') || card.client_name;
  if (card.pet_name) return `${card.pet_name} ${family}`.trim();
  return card.client_name || card.title || t('visit.blocked');
}

/** `day` is the one it is shown on: of a stay that began before or ends later, the other day is named. */
export function boxWords(
  { card, buffer }: Box,
  day: DayBounds,
  service: Service | undefined,
  colleague: string,
): BoxWords {
  // Of an instant within the day nobody needs to find out the date, which takes most of the time that the words of a board do.
  const isWithin = (at: number): boolean => at >= day.starts_at && at < day.ends_at;
  const { starts_at, ends_at } = card;
  const start = isWithin(starts_at) ? formatTime(starts_at) : formatTimeOn(starts_at, day.date);
  const end = isWithin(ends_at - 1) ? formatTime(ends_at) : formatEndOn(ends_at, day.date);
  const what = card.title ?? service?.name ?? '';
  const state = t(STATUS[card.status].text);
  const parts = [
    `${start} – ${end}`,
    buffer > 0 ? t('schedule.kept_after', { time: formatDuration(buffer) }) : '',
    [card.pet_name, card.client_name].filter(Boolean).join(', ') || (card.title ?? t('visit.blocked')),
    what,
    colleague,
    state,
    card.is_emergency ? t('visit.emergency') : '',
    card.has_alert ? t('visit.has_alert') : '',
    card.has_clash || card.is_overbooked ? t('visit.overbooked') : '',
    card.series_id ? t('visit.in_series') : '',
  ];
  const time = isWithin(starts_at) ? formatClock(starts_at) : start;
  return { time, who: whoOf(card), what, state, label: parts.filter(Boolean).join('. ') };
}

/** What a box has room for. */
export interface Room {
  /** How many lines of text. */
  lines: number;
  /** No room for more than whose visit it is. */
  isNarrow: boolean;
  /** Not even for how it stands. */
  isSlim: boolean;
}

/**
 * The texts of a box, one after the other, and what they do where they come to its edge. What there is no room for is left out of them: to hide an
 * element makes WebKit build the box anew.
 */
export function shownOf(
  { time, who, what, state }: BoxWords,
  status: AppointmentStatus,
  { lines, isNarrow, isSlim }: Room,
): { mark: string; time: string; who: string; what: string; flow: 'wrap' | 'clip' | 'ellipsis' } {
  const mark = isSlim ? '' : MARKS[status];
  // A name does not begin below its mark.
  const lead = mark && '\u00a0';
  // Of two lines the second is what the visit is for, unless there is hardly room for a name.
  const wraps = lines > (isNarrow ? 1 : 2);
  const said = isNarrow ? what : [what, state].filter(Boolean).join(wraps ? '\n' : ' · ');
  const beside = isNarrow ? '' : `  ${what}`;
  return {
    mark,
    time: isNarrow ? lead : `${lead}${time} `,
    who,
    what: lines === 1 ? beside : `\n${said}`,
    // An ellipsis is as wide as what it stands for in a narrow box.
    flow: wraps ? 'wrap' : isNarrow ? 'clip' : 'ellipsis',
  };
}
