import { t } from '$lib/i18n/index.svelte';
import { clinicZone } from '$lib/session.svelte';
import { now } from '$lib/time/clock.svelte';
import { dateOf } from '$lib/time/zone';

const DAY = 86_400_000;

/** Whole years, months and days between two dates (`YYYY-MM-DD`). */
export function ageOf(born: string, at: string): { years: number; months: number; days: number } {
  const [fromYear, fromMonth, fromDay] = born.split('-').map(Number) as [number, number, number];
  const [toYear, toMonth, toDay] = at.split('-').map(Number) as [number, number, number];
  const months = (toYear - fromYear) * 12 + (toMonth - fromMonth) - (toDay < fromDay ? 1 : 0);
  const days = Math.floor((Date.UTC(toYear, toMonth - 1, toDay) - Date.UTC(fromYear, fromMonth - 1, fromDay)) / DAY);
  return { years: Math.floor(months / 12), months, days };
}

/** An age as people say it: weeks of a puppy, months of a young one, then years. Of a pet that died, the age it reached. */
export function ageText(born: string | null, died: string | null, today = dateOf(now(), clinicZone())): string | null {
  if (born === null) return null;
  const { years, months, days } = ageOf(born, died ?? today);
  if (days < 0) return null;
  if (months < 3) return t('pet.weeks', { count: Math.floor(days / 7) });
  if (years < 2) return t('pet.months', { count: months });
  return t('pet.years', { count: years });
}
