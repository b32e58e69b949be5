import { backend, type BookInput, type FreeSlot, type WaitlistEntry } from '$lib/backend';
import { save } from '$lib/data/saving';
import { t } from '$lib/i18n/index.svelte';
import { formatDateTime } from '$lib/time/format';
import { MINUTE } from '$lib/time/zone';

/** A booking of a free time for somebody who waits, which fulfils the entry. `serviceId` is taken where the entry names no service. */
export function bookingFor(
  entry: WaitlistEntry,
  slot: Pick<FreeSlot, 'staff_id' | 'starts_at' | 'ends_at'>,
  serviceId: string | null = null,
): BookInput {
  return {
    client_id: entry.client_id,
    pets: [
      {
        pet_id: entry.pet_id,
        service_id: entry.service_id ?? serviceId,
        staff_id: slot.staff_id,
        starts_at: slot.starts_at,
        duration_minutes: (slot.ends_at - slot.starts_at) / MINUTE,
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

/** Books a free time for somebody who waits. True where it worked. */
export async function bookWish(entry: WaitlistEntry, slot: FreeSlot): Promise<boolean> {
  const done = t('visit.filled', { name: entry.client_name, when: formatDateTime(slot.starts_at) });
  return (await save(backend.bookAppointment(bookingFor(entry, slot)), { done })) !== null;
}
