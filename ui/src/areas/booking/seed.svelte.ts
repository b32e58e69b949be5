import type { WaitlistEntry } from '$lib/backend';

/** What a booking begins with: the place on the board that was clicked, or who waits for a time. */
export interface BookingSeed {
  date?: string;
  staffId?: string;
  startsAt?: number;
  durationMinutes?: number;
  /** How much was marked on the board, which holds whatever it becomes for; none where a place alone was chosen. */
  spanMinutes?: number | null;
  serviceId?: string;
  /** Who waits: it is for them, and they wait no longer once it is made. */
  entry?: WaitlistEntry;
  isWalkIn?: boolean;
}

const holder = $state<{ seed: BookingSeed; version: number }>({ seed: {}, version: 0 });

/** Hands a seed to the panel; one that is open already takes up the new place and keeps what was typed. */
export function plant(seed: BookingSeed): void {
  holder.seed = seed;
  holder.version += 1;
}

/** What was handed over, once: the next booking begins without it. */
export function takeSeed(): BookingSeed {
  const { seed } = holder;
  holder.seed = {};
  return seed;
}
export const seedVersion = (): number => holder.version;
