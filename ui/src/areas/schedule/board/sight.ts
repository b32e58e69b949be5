// What part of the board is in sight.
import type { Target } from './gesture';
import { firstOpenMinute, presentColumn, type Column, type Layout } from './layout';

const EDGE = 24;
/** The heads of the columns cover this much. */
const HEADS = 64;
const EIGHT = 480;

/** Where a board is scrolled to when it is first seen: the beginning of work, or the present a third down. */
export function firstSight(layout: Layout, now: number, zoom: number, height: number): number {
  const opening = (firstOpenMinute(layout) ?? EIGHT) - 15;
  const here = layout.columns[presentColumn(layout, now)];
  const present = here ? here.scale.minuteOf(now) - height / zoom / 3 : opening;
  return Math.max(opening, present) * zoom;
}

/** Whether the columns of a board are days. */
export const isOfDays = ({ columns }: Layout): boolean => columns[0]?.day.date !== columns.at(-1)?.day.date;

/** The column that a board of days is first seen from: the present, or the first with a visit. */
export function firstColumn(layout: Layout, now: number): number {
  if (!isOfDays(layout)) return 0;
  const here = presentColumn(layout, now);
  return here >= 0 ? here : (layout.boxes[0]?.column ?? 0);
}

/** How far a board is scrolled, in pixels. */
interface Sight {
  top: number;
  left: number;
}

const kept = new Map<string, Sight>();
const keyOf = ({ columns }: Layout): string => columns.map(({ key }) => key).join(' ') + (columns[0]?.day.date ?? '');

/** Keeps how far a board is scrolled, for when somebody comes back to it. */
export const keepSight = (layout: Layout, { scrollTop: top, scrollLeft: left }: HTMLElement): void =>
  void kept.set(keyOf(layout), { top, left });
/** How far it was scrolled when it was left. */
export const keptSight = (layout: Layout): Sight | undefined => kept.get(keyOf(layout));

/** Scrolls so far that a target that is moved by keyboard can be seen. */
export function keepInSight(
  scroller: HTMLElement,
  body: HTMLElement,
  target: Target,
  zoom: number,
  column: Column,
): void {
  const [left, width] = [column.left * body.clientWidth, column.width * body.clientWidth];
  const gutter = body.getBoundingClientRect().left - scroller.getBoundingClientRect().left + scroller.scrollLeft;
  if (left < scroller.scrollLeft) scroller.scrollLeft = left;
  else if (left + width > scroller.scrollLeft + scroller.clientWidth - gutter)
    scroller.scrollLeft = left + width - scroller.clientWidth + gutter;
  const [top, bottom] = [target.top * zoom, (target.top + target.height) * zoom];
  const height = scroller.clientHeight - HEADS;
  if (top < scroller.scrollTop) scroller.scrollTop = top - EDGE;
  else if (bottom > scroller.scrollTop + height) scroller.scrollTop = bottom - height + EDGE;
}

/** Where to scroll after a change of zoom, so that what is in the middle stays there. */
export function sameMiddle(scroller: HTMLElement, before: number, after: number): number {
  const half = scroller.clientHeight / 2;
  return ((scroller.scrollTop + half) / before) * after - half;
}
