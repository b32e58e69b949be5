/** So many are offered at once. */
const MOST = 8;

/**
 * Breeds that could be meant by what is typed so far: those that begin so, then those of which a word does, then those that have it anywhere. Within
 * each, as they come: the clinic's own first.
 */
export function breedsLike(known: readonly string[], text: string): string[] {
  const typed = text.trim().toLocaleLowerCase();
  const ranks: string[][] = [[], [], []];
  for (const name of known) {
    const at = name.toLocaleLowerCase().indexOf(typed);
    if (at === 0) ranks[0]!.push(name);
    else if (at > 0) ranks[/[\s-]/.test(name[at - 1]!) ? 1 : 2]!.push(name);
  }
  return ranks.flat().slice(0, MOST);
}
