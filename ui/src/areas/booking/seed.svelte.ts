/** What a booking begins with: the place on the board that was clicked, the client whose page asked for it. */
export interface BookingSeed {
  date?: string;
  staffId?: string;
  startsAt?: number;
  durationMinutes?: number;
  clientId?: string;
  petId?: string;
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
