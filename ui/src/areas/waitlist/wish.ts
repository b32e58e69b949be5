import type { WaitlistEntry, WaitlistInput } from '$lib/backend';
import { t } from '$lib/i18n/index.svelte';
import { formatDate, formatWall } from '$lib/time/format';

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** When somebody could come, in words. */
export function wishText(entry: WaitlistInput): string {
  const parts = [entry.requested_on === null ? t('waitlist.any_day') : formatDate(entry.requested_on)];
  if (entry.earliest !== null) parts.push(t('waitlist.from_time', { time: formatWall(minutesOf(entry.earliest)) }));
  if (entry.latest !== null) parts.push(t('waitlist.until_time', { time: formatWall(minutesOf(entry.latest)) }));
  return parts.join(', ');
}

export const toneOf = (priority: number): 'warn' | 'danger' => (priority > 1 ? 'danger' : 'warn');

/** An entry as it is typed. Times are minutes of the wall clock. */
export interface WishForm {
  clientId: string;
  petId: string;
  serviceId: string;
  staffId: string;
  day: string;
  earliest: number | null;
  latest: number | null;
  priority: string;
  notes: string;
}

export const wishFormOf = (entry?: WaitlistEntry): WishForm => ({
  clientId: entry?.client_id ?? '',
  petId: entry?.pet_id ?? '',
  serviceId: entry?.service_id ?? '',
  staffId: entry?.staff_id ?? '',
  day: entry?.requested_on ?? '',
  earliest: entry?.earliest ? minutesOf(entry.earliest) : null,
  latest: entry?.latest ? minutesOf(entry.latest) : null,
  priority: String(entry?.priority ?? 0),
  notes: entry?.notes ?? '',
});

const orNull = (text: string): string | null => (text === '' ? null : text);
export const wallOf = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** What is typed, as the core takes it. */
export const wishOf = (form: WishForm): WaitlistInput => ({
  client_id: form.clientId,
  pet_id: orNull(form.petId),
  service_id: orNull(form.serviceId),
  staff_id: orNull(form.staffId),
  requested_on: orNull(form.day),
  earliest: form.earliest === null ? null : wallOf(form.earliest),
  latest: form.latest === null ? null : wallOf(form.latest),
  priority: Number(form.priority),
  notes: orNull(form.notes.trim()),
});
