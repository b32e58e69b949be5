/** What stands in a list and is told apart by its name: an answer, an own field, or a tag, which is nothing but its name. */
type Item = string | { name: string };
const isList = (value: unknown): value is Item[] =>
  Array.isArray(value) &&
  value.every(
    (item: unknown) => typeof item === 'string' || (typeof item === 'object' && item !== null && 'name' in item),
  );
const nameOf = (item: Item): string => (typeof item === 'string' ? item : item.name).trim();
const named = (among: readonly Item[], name: string): Item | undefined => among.find((item) => nameOf(item) === name);
const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** A list as it is to be saved: items that were changed, added or taken away as they are in the form, every other as it is kept now. */
function mergedList(form: readonly Item[], start: readonly Item[], live: readonly Item[]): Item[] {
  const own = form.flatMap((item) => {
    const [began, kept] = [named(start, nameOf(item)), named(live, nameOf(item))];
    if (!began || !isSame(item, began)) return [item];
    return kept ? [kept] : [];
  });
  const isElsewhere = (item: Item): boolean => !named(start, nameOf(item)) && !named(form, nameOf(item));
  return [...own, ...live.filter(isElsewhere)];
}

/**
 * A form as it is to be saved: the fields that were changed as they are typed, every other as it is kept now (`live`) and not as it was
 * when the form was opened (`start`). What another desk wrote meanwhile stays. Of a list, that holds of each item by itself.
 */
export function mergedForm<T extends object>(form: T, start: T, live: T): T {
  const merged = (key: keyof T): unknown => {
    const [own, began, kept] = [form[key], start[key], live[key]];
    if (isSame(own, began)) return kept;
    return isList(own) && isList(began) && isList(kept) ? mergedList(own, began, kept) : own;
  };
  const keys = Object.keys(live) as (keyof T)[];
  return { ...form, ...Object.fromEntries(keys.map((key) => [key, merged(key)])) };
}

/** Whether nothing would be lost of a form if another took its place: what was changed in it since its `start` says the same there, or less. */
export function isWithin<T extends object>(form: T, other: T, start: T): boolean {
  return (Object.keys(form) as (keyof T)[]).every((key) => {
    const [own, there] = [form[key], other[key]];
    if (isSame(own, start[key])) return true;
    if (typeof own === 'string' && typeof there === 'string') return there.startsWith(own);
    return isSame(own, there);
  });
}
