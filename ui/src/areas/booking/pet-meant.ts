/** Which of a client's living pets something is for at first: the one that is meant, where it lives, else the only one. */
export const petMeant = (living: readonly { id: string }[], meant: string | null): string | null =>
  living.find(({ id }) => id === meant)?.id ?? (living.length === 1 ? living[0]!.id : null);
