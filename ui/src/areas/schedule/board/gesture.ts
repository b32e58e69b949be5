// What a drag on the board means: pure geometry, so that it can be tested without a pointer.
import { MINUTE } from '$lib/time/zone';
import { firstOpenMinute, presentColumn, type Column, type Layout } from './layout';
import { snap } from './scale';

/** A place on the board: a column and a minute from its top. */
export interface Place {
  column: number;
  minute: number;
}

/** Where a visit would stand if it were dropped now. */
export interface Target {
  column: number;
  /** Minutes from the top of the column. */
  top: number;
  height: number;
}

export type Gesture =
  | { kind: 'create'; from: Place }
  | { kind: 'move'; from: Place; origin: Target }
  | { kind: 'resize'; from: Place; origin: Target };

/** What a click on free time makes. */
export const CLICK_MINUTES = 30;

/** Where the keyboard begins to aim at a free time: at the beginning of work, or at the next quarter of an hour where the present is shown. */
export function startPlace(layout: Layout, now: number): Target {
  const opening = firstOpenMinute(layout);
  const here = presentColumn(layout, now);
  const present = here < 0 ? 0 : Math.ceil(layout.columns[here]!.scale.minuteOf(now) / 15) * 15;
  const top = Math.max(present, opening ?? (here < 0 ? 480 : 0));
  return { column: Math.max(0, here), top: Math.min(top, layout.length - CLICK_MINUTES), height: CLICK_MINUTES };
}

/** A visit that goes on past the end of its column: its end is not there to be pulled, and it keeps its length wherever it starts. */
const reachesOut = ({ top, height }: Target, length: number): boolean => top + height > length;

/** The target of a gesture with the pointer at a place; `step` is the grid in minutes, `length` the column's height. */
export function targetOf(gesture: Gesture, to: Place, step: number, length: number): Target {
  if (gesture.kind === 'create') {
    const first = Math.floor(gesture.from.minute / step) * step;
    const top = Math.min(first, Math.floor(to.minute / step) * step);
    const end = Math.max(first + step, Math.ceil(to.minute / step) * step);
    return { column: gesture.from.column, top: Math.max(0, top), height: Math.min(end, length) - Math.max(0, top) };
  }
  const { origin, from } = gesture;
  if (gesture.kind === 'resize') {
    if (reachesOut(origin, length)) return origin;
    const end = snap(origin.top + origin.height + to.minute - from.minute, step);
    return { ...origin, height: Math.min(Math.max(end, origin.top + step), length) - origin.top };
  }
  const top = snap(origin.top + to.minute - from.minute, step);
  const last = length - (reachesOut(origin, length) ? step : origin.height);
  return {
    column: to.column,
    top: Math.min(Math.max(top, 0), last),
    height: origin.height,
  };
}

/**
 * The target of a step by keyboard: up and down in time, left and right over the columns, with `isResize` the end alone. `origin` is where the
 * visit stands, from which the steps go.
 */
export function stepTarget(
  target: Target,
  key: string,
  isResize: boolean,
  columns: number,
  length: number,
  origin: Target = target,
): Target | null {
  const by = STEPS[key];
  if (!by) return null;
  if (isResize) {
    if (reachesOut(origin, length)) return target;
    const height = target.height + by.minutes;
    return by.minutes === 0 || height < 5 || target.top + height > length ? target : { ...target, height };
  }
  const top = target.top + by.minutes;
  const last = reachesOut(origin, length) ? length - Math.abs(by.minutes) : length - target.height;
  return {
    ...target,
    column: Math.min(columns - 1, Math.max(0, target.column + by.columns)),
    top: top < 0 || top > last ? target.top : top,
  };
}

const STEPS: Record<string, { minutes: number; columns: number } | undefined> = {
  ArrowUp: { minutes: -15, columns: 0 },
  ArrowDown: { minutes: 15, columns: 0 },
  ArrowLeft: { minutes: 0, columns: -1 },
  ArrowRight: { minutes: 0, columns: 1 },
};

/** The instants of a target. The length is true time: over a change of clocks a visit stays as long as it is. */
export function instantsOf(target: Target, column: Column): { starts_at: number; ends_at: number } {
  const starts_at = column.scale.instantOf(target.top);
  return { starts_at, ends_at: starts_at + target.height * MINUTE };
}

/** Which box the arrow keys lead to: the next above or below in the column, or the nearest in time beside it. */
export function neighbour(
  boxes: readonly { column: number; top: number; left: number }[],
  from: number,
  key: string,
): number | null {
  const here = boxes[from];
  const by = STEPS[key];
  if (!here || !by) return null;
  if (by.columns === 0) {
    const next = from + Math.sign(by.minutes);
    return boxes[next]?.column === here.column ? next : null;
  }
  let best: number | null = null;
  boxes.forEach((box, index) => {
    const isThatWay = Math.sign(box.column - here.column) === by.columns;
    if (!isThatWay) return;
    const rank = Math.abs(box.column - here.column) * 10_000 + Math.abs(box.top - here.top);
    const bestBox = best === null ? null : boxes[best]!;
    if (!bestBox || rank < Math.abs(bestBox.column - here.column) * 10_000 + Math.abs(bestBox.top - here.top))
      best = index;
  });
  return best;
}
