/**
 * A form as it is to be saved: the fields that were changed as they are typed, every other as it is kept now (`live`) and not as it was
 * when the form was opened (`start`). What another desk wrote meanwhile stays.
 */
export function mergedForm<T extends object>(form: T, start: T, live: T): T {
  const keys = Object.keys(live) as (keyof T)[];
  const untouched = keys.filter((key) => JSON.stringify(form[key]) === JSON.stringify(start[key]));
  return { ...form, ...Object.fromEntries(untouched.map((key) => [key, live[key]])) };
}
