import type { BookInput, FreeSlot, WaitlistEntry, WaitlistInput } from '$lib/backend';
import { t } from '$lib/i18n/index.svelte';
import { folded } from '$lib/folded';
import { formatDate, formatWall } from '$lib/time/format';
import { dateOf, minutesOf, wallMinutes, wallTime } from '$lib/time/zone';

/** When somebody could come, in words. */
export function wishText(entry: WaitlistInput): string {
  const parts = [entry.requested_on === null ? t('waitlist.any_day') : formatDate(entry.requested_on)];
  if (entry.earliest !== null) parts.push(t('waitlist.from_time', { time: formatWall(minutesOf(entry.earliest)) }));
  if (entry.latest !== null) parts.push(t('waitlist.until_time', { time: formatWall(minutesOf(entry.latest)) }));
  return parts.join(', ');
}

/** The free times (soonest first) that somebody could take, `limit` at the most, no two of them at the same time. */
export function fitting(slots: readonly FreeSlot[], entry: WaitlistInput, zone: string, limit: number): FreeSlot[] {
  const [earliest, latest] = [entry.earliest, entry.latest].map((time) => (time === null ? null : minutesOf(time)));
  const found: FreeSlot[] = [];
  for (const slot of slots) {
    const at = wallMinutes(slot.starts_at, zone);
    const isInTime = (earliest == null || at >= earliest) && (latest == null || at <= latest);
    const isDay = entry.requested_on === null || dateOf(slot.starts_at, zone) === entry.requested_on;
    const isTold = found.some((other) => other.starts_at === slot.starts_at);
    if (isInTime && isDay && !isTold) found.push(slot);
    if (found.length === limit) break;
  }
  return found;
}

/** Who waits, narrowed down: by words of the client's, pet's or note's text, and by service (one that takes any fits all). */
export function narrowed(entries: readonly WaitlistEntry[], text: string, serviceId: string): WaitlistEntry[] {
  const words = folded(text).split(/\s+/).filter(Boolean);
  const dialled = /\p{L}/u.test(text) ? '' : text.replace(/\D/g, '').replace(/^0+/, '');
  return entries.filter((entry) => {
    const all = folded([entry.client_name, entry.pet_name, entry.client_phone, entry.notes].filter(Boolean).join(' '));
    // A phone as it is shown or dialled: its digits alone, without the zeros in front that stand for the country.
    const isPhone = dialled.length >= 4 && (entry.client_phone ?? '').replace(/\D/g, '').includes(dialled);
    const isService = serviceId === '' || entry.service_id === null || entry.service_id === serviceId;
    return isService && (isPhone || words.every((word) => all.includes(word)));
  });
}

/** An entry as it is typed. Times are minutes of the wall clock. */
export interface WishForm {
  clientId: string;
  /** The client's name, or what is typed to find them. */
  client: string;
  petId: string;
  serviceId: string;
  staffId: string;
  day: string;
  earliest: number | null;
  latest: number | null;
  priority: string;
  notes: string;
}

/** The names the core has for the fields of the form. */
export const SHOWN = ['client_id', 'pet_id', 'service_id', 'staff_id', 'requested_on', 'earliest', 'latest', 'notes'];

export const wishFormOf = (entry?: WaitlistEntry, client?: { id: string; name: string }): WishForm => ({
  clientId: entry?.client_id ?? client?.id ?? '',
  client: entry?.client_name ?? client?.name ?? '',
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

/** What is typed, as the core takes it. */
export const wishOf = (form: WishForm): WaitlistInput => ({
  client_id: form.clientId,
  pet_id: orNull(form.petId),
  service_id: orNull(form.serviceId),
  staff_id: orNull(form.staffId),
  requested_on: orNull(form.day),
  earliest: form.earliest === null ? null : wallTime(form.earliest),
  latest: form.latest === null ? null : wallTime(form.latest),
  priority: Number(form.priority),
  notes: orNull(form.notes.trim()),
});

/** A booking of a free time for somebody who waits, as long as its service takes, which fulfils the entry. */
export function bookingFor(entry: WaitlistEntry, slot: Pick<FreeSlot, 'staff_id' | 'starts_at'>): BookInput {
  return {
    client_id: entry.client_id,
    pets: [
      {
        pet_id: entry.pet_id,
        service_id: entry.service_id,
        staff_id: slot.staff_id,
        starts_at: slot.starts_at,
        duration_minutes: null,
        answers: [],
      },
    ],
    notes: {
      title: null,
      reason: null,
      symptoms: null,
      special_requests: null,
      client_notes: null,
      internal_notes: entry.notes,
      pickup_address: null,
    },
    booking_method: 'waitlist',
    is_emergency: false,
    overruled: [],
    recurrence: null,
    estimated_cost_cents: null,
    waitlist_entry_id: entry.id,
  };
}
