import { plant } from '$areas/booking/seed.svelte';
import { notifyAction } from '$areas/visit/flow.svelte';
import { backend, type FreeSlot, type Service, type WaitlistEntry } from '$lib/backend';
import { save } from '$lib/data/saving';
import { t } from '$lib/i18n/index.svelte';
import { clinicZone } from '$lib/session.svelte';
import { newBooking } from '$lib/shell/actions.svelte';
import { formatDateTime } from '$lib/time/format';
import { dateOf } from '$lib/time/zone';
import { bookingFor } from './wish';

/** Whether one click books: it is known what for and which pet, and nothing has to be asked first. */
export function isOneClick(entry: WaitlistEntry, services: readonly Service[]): boolean {
  const service = services.find(({ id }) => id === entry.service_id);
  return service !== undefined && entry.pet_id !== null && !service.form_fields.some(({ is_required }) => is_required);
}

/** What is known of a booking that the form is opened for. */
interface Known {
  serviceId?: string | null;
  staffId?: string | null;
  startsAt?: number;
  durationMinutes?: number;
  date?: string;
}

/** Opens the booking form for somebody who waits, with all that is known; booked there, the entry is fulfilled as well. */
export function askToBook(entry: WaitlistEntry, { serviceId, staffId, date, ...rest }: Known): void {
  const { startsAt } = rest;
  const on = startsAt === undefined ? date : dateOf(startsAt, clinicZone());
  const [service, staff] = [serviceId ?? entry.service_id, staffId ?? entry.staff_id];
  plant({ ...rest, entry, date: on, serviceId: service ?? undefined, staffId: staff ?? undefined });
  newBooking({ client: entry.client_id, pet: entry.pet_id ?? undefined, wish: entry.id, date: on });
}

/** Books a free time for somebody who waits. True where it worked. */
export async function bookWish(entry: WaitlistEntry, slot: FreeSlot): Promise<boolean> {
  const when = formatDateTime(slot.starts_at);
  const booking = backend.bookAppointment(bookingFor(entry, slot));
  const id = (await booking.catch(() => null))?.value.appointment_ids[0];
  // Whoever cannot be told from here is told from the visit.
  const card = id ? await backend.appointment(id).catch(() => null) : null;
  const saved = await save(booking, {
    done: t('visit.filled', { name: entry.client_name, when }),
    more: card ? notifyAction(card, t('visit.notify_offered', { when })) : undefined,
  });
  return saved !== null;
}
