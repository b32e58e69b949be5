/** What stands in a list and is told apart by its name: an answer, an own field, or a tag, which is nothing but its name. */
type Item = string | { name: string };
const isList = (value: unknown): value is Item[] =>
  Array.isArray(value) &&
  value.every(
    (item: unknown) => typeof item === 'string' || (typeof item === 'object' && item !== null && 'name' in item),
  );
const nameOf = (item: Item): string => (typeof item === 'string' ? item : item.name).trim();
const named = (among: readonly Item[], name: string): Item | undefined => among.find((item) => nameOf(item) === name);
export const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

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

/** What another desk wrote into a field that was changed here too, and how the form takes it. */
export interface Theirs<V> {
  value: V;
  take: () => void;
}

/** Whether both sides changed it, and not to the same. */
const isChangedBoth = (own: unknown, began: unknown, kept: unknown): boolean =>
  !isSame(own, began) && !isSame(kept, began) && !isSame(own, kept);

/**
 * Says of a field of a form what another desk wrote into it since the form began (`began`), where the person changed it too: what would go over it
 * must have been seen. Of a form for something new nothing is kept (`live`).
 */
export function theirsIn<T extends object>(form: () => T, began: () => T, live: () => T | undefined) {
  return <K extends keyof T>(key: K): Theirs<T[K]> | undefined => {
    const [own, kept] = [form(), live()];
    if (!kept || !isChangedBoth(own[key], began()[key], kept[key])) return undefined;
    return { value: kept[key], take: () => void (own[key] = kept[key]) };
  };
}

interface Valued {
  name: string;
  value: string;
}

/** The same of what stands in a list under a name: an answer, an own field. What stands there no longer is empty. */
export function theirsAmong<I extends Valued>(
  form: () => I[],
  began: () => I[],
  live: () => I[] | undefined,
  put: (items: I[]) => void,
) {
  return (name: string): Theirs<string> | undefined => {
    const find = (among: I[] | undefined): I | undefined => among?.find((item) => nameOf(item) === name.trim());
    const [own, start, kept] = [find(form()), find(began()), find(live())];
    const value = kept?.value ?? '';
    if (!live() || !isChangedBoth(own?.value ?? '', start?.value ?? '', value)) return undefined;
    const taken = kept ? [{ ...kept }] : [];
    const take = (): void =>
      put(own ? form().flatMap((item) => (item === own ? taken : [item])) : [...form(), ...taken]);
    return { value, take };
  };
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
