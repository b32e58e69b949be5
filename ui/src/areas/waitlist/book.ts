import { plant } from '$areas/booking/seed.svelte';
import { backend, type BookInput, type FreeSlot, type Service, type WaitlistEntry } from '$lib/backend';
import { save } from '$lib/data/saving';
import { t } from '$lib/i18n/index.svelte';
import { clinicZone } from '$lib/session.svelte';
import { newBooking } from '$lib/shell/actions.svelte';
import { formatDateTime } from '$lib/time/format';
import { dateOf } from '$lib/time/zone';

/** Whether one click books: it is known what for, and nothing has to be asked first. */
export function isOneClick(entry: WaitlistEntry, services: readonly Service[]): boolean {
  const service = services.find(({ id }) => id === entry.service_id);
  return service !== undefined && !service.form_fields.some(({ is_required }) => is_required);
}

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
    is_overbooking_allowed: false,
    recurrence: null,
    estimated_cost_cents: null,
    waitlist_entry_id: entry.id,
  };
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
  const done = t('visit.filled', { name: entry.client_name, when: formatDateTime(slot.starts_at) });
  return (await save(backend.bookAppointment(bookingFor(entry, slot)), { done })) !== null;
}
