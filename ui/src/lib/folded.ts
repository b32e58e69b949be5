/** Words as they are looked for: whoever leaves accents and capitals out finds them all the same. */
export const folded = (words: string): string => words.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();
