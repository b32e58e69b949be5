/**
 * Which of a client's living pets something is for at first: the one that is meant, or the only one where none is. Where that one died, another does
 * not come instead unless somebody says so.
 */
export const petMeant = (living: readonly { id: string }[], meant: string | null): string | null =>
  living.find(({ id }) => id === meant)?.id ?? (meant === null && living.length === 1 ? living[0]!.id : null);
