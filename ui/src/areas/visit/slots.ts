import type { FreeSlot } from '$lib/backend';
import { dateOf } from '$lib/time/zone';

/** Free times by day, in their order. */
export function slotsByDay(slots: readonly FreeSlot[], zone: string): [date: string, slots: FreeSlot[]][] {
  const days = new Map<string, FreeSlot[]>();
  for (const slot of slots) {
    const date = dateOf(slot.starts_at, zone);
    days.set(date, [...(days.get(date) ?? []), slot]);
  }
  return [...days];
}
