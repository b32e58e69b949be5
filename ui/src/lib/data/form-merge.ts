/**
 * A form as it is to be saved: the fields that were changed as they are typed, every other as it is kept now (`live`) and not as it was
 * when the form was opened (`start`). What another desk wrote meanwhile stays.
 */
export function mergedForm<T extends object>(form: T, start: T, live: T): T {
  const keys = Object.keys(live) as (keyof T)[];
  const untouched = keys.filter((key) => JSON.stringify(form[key]) === JSON.stringify(start[key]));
  return { ...form, ...Object.fromEntries(untouched.map((key) => [key, live[key]])) };
}

/** Whether nothing would be lost of a form if another took its place: what was changed in it since its `start` says the same there, or less. */
export function isWithin<T extends object>(form: T, other: T, start: T): boolean {
  return (Object.keys(form) as (keyof T)[]).every((key) => {
    const [own, there] = [form[key], other[key]];
    if (JSON.stringify(own) === JSON.stringify(start[key])) return true;
    if (typeof own === 'string' && typeof there === 'string') return there.startsWith(own);
    return JSON.stringify(own) === JSON.stringify(there);
  });
}
