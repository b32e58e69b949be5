import type { FreeSlot } from '$lib/backend';
import { now } from '$lib/time/clock.svelte';
import { dateOf, wallMinutes } from '$lib/time/zone';

/** Those that are still to come: a form may stand open for a while. */
export const toCome = (slots: readonly FreeSlot[] = []): FreeSlot[] => slots.filter((slot) => slot.starts_at > now());

/** The first of many: of each half of a day some, so that there is something for who can come in the afternoon alone. */
export function fewOf(slots: readonly FreeSlot[], zone: string, most: number): FreeSlot[] {
  const counts = new Map<string, number>();
  const few: FreeSlot[] = [];
  for (const slot of slots) {
    if (few.length === most) break;
    const half = `${dateOf(slot.starts_at, zone)} ${wallMinutes(slot.starts_at, zone) < 720}`;
    const count = counts.get(half) ?? 0;
    if (count === most / 2) continue;
    counts.set(half, count + 1);
    few.push(slot);
  }
  return few;
}

/** Free times by day, in their order. */
export function slotsByDay(slots: readonly FreeSlot[], zone: string): [date: string, slots: FreeSlot[]][] {
  const days = new Map<string, FreeSlot[]>();
  for (const slot of slots) {
    const date = dateOf(slot.starts_at, zone);
    days.set(date, [...(days.get(date) ?? []), slot]);
  }
  return [...days];
}
