// The list of clients is as long as the clinic is old: rows are asked for in pages, as they come into sight.

/** Rows asked for at once. */
export const PAGE = 100;

/** The pages that rows `first` to `last` lie in, and the one that follows, so that scrolling on waits for nothing. */
export function pagesFor(first: number, last: number, count: number): number[] {
  const end = Math.max(0, Math.ceil(count / PAGE) - 1);
  const from = Math.min(end, Math.max(0, Math.floor(first / PAGE)));
  const to = Math.min(end, Math.floor(Math.max(first, last) / PAGE) + 1);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** Where a key leads to from row `at`; none where it is not a key of the list. */
export function rowAfter(key: string, at: number, count: number, inSight: number): number | null {
  const steps: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + Math.max(1, inSight - 1),
    PageUp: at - Math.max(1, inSight - 1),
    Home: 0,
    End: count - 1,
  };
  const to = steps[key];
  return to === undefined || count === 0 ? null : Math.min(count - 1, Math.max(0, to));
}
