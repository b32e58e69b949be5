// Tags as a field edits them.

/** The tags of a text, which may hold several, parted by commas. */
export const tagsOf = (text: string): string[] =>
  text
    .split(',')
    .map((tag) => tag.trim().replace(/\s+/g, ' '))
    .filter(Boolean);

const same = (a: string, b: string): boolean => a.localeCompare(b, undefined, { sensitivity: 'base' }) === 0;

/** Tags with those of a text added: none twice, in the spelling that the clinic uses already. */
export function withTags(tags: readonly string[], text: string, known: readonly string[] = []): string[] {
  return tagsOf(text).reduce<string[]>(
    (all, tag) => (all.some((has) => same(has, tag)) ? all : [...all, known.find((other) => same(other, tag)) ?? tag]),
    [...tags],
  );
}

/** Tags in use that could be meant by what is typed so far. */
export const suggested = (tags: readonly string[], text: string, known: readonly string[]): string[] => {
  const typed = text.trim().toLocaleLowerCase();
  return known
    .filter((tag) => !tags.some((has) => same(has, tag)) && tag.toLocaleLowerCase().includes(typed))
    .slice(0, 8);
};
