import type { AppointmentCard, FreeSlot } from '$lib/backend';

/** Free times of others that begin when a visit does, one of each colleague. */
export function colleaguesAt(
  slots: readonly FreeSlot[],
  visit: Pick<AppointmentCard, 'starts_at' | 'staff_id'>,
): FreeSlot[] {
  const found = new Map<string, FreeSlot>();
  for (const slot of slots) {
    if (slot.starts_at === visit.starts_at && slot.staff_id !== visit.staff_id) found.set(slot.staff_id, slot);
  }
  return [...found.values()];
}
