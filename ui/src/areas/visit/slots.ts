import type { FreeSlot } from '$lib/backend';
import { now } from '$lib/time/clock.svelte';
import { dateOf } from '$lib/time/zone';

/** Those that are still to come: a form may stand open for a while. */
export const toCome = (slots: readonly FreeSlot[] = []): FreeSlot[] => slots.filter((slot) => slot.starts_at > now());

/** Free times by day, in their order. */
export function slotsByDay(slots: readonly FreeSlot[], zone: string): [date: string, slots: FreeSlot[]][] {
  const days = new Map<string, FreeSlot[]>();
  for (const slot of slots) {
    const date = dateOf(slot.starts_at, zone);
    days.set(date, [...(days.get(date) ?? []), slot]);
  }
  return [...days];
}
