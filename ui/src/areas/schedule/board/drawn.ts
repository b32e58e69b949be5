// What is drawn of a board that has more visits than are drawn at once.
import type { Box } from './layout';

/** A board of so many visits is drawn whole. A week of everybody in a large clinic has thousands, most of them out of sight. */
export const DRAWN_WHOLE = 400;

/** So much more than what is in sight is drawn on each side, as a share of it: a small scroll draws nothing anew. */
const MARGIN = 0.25;

/** A part of the board, in pixels from the left and the top of its body. */
export interface Part {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** What is in sight. */
export function sightOf(scroller: HTMLElement, body: HTMLElement): Part {
  const [pane, whole] = [scroller.getBoundingClientRect(), body.getBoundingClientRect()];
  const [left, top] = [pane.left - whole.left, pane.top - whole.top];
  return { left, right: left + scroller.clientWidth, top, bottom: top + scroller.clientHeight };
}

export function around({ left, right, top, bottom }: Part): Part {
  const [across, down] = [(right - left) * MARGIN, (bottom - top) * MARGIN];
  return { left: left - across, right: right + across, top: top - down, bottom: bottom + down };
}

export const holds = (outer: Part, inner: Part): boolean =>
  outer.left <= inner.left && outer.right >= inner.right && outer.top <= inner.top && outer.bottom >= inner.bottom;

/** Whether a box reaches into a part of a board that is `width` pixels wide, with `zoom` pixels a minute. */
export const reachesInto = (part: Part, box: Box, width: number, zoom: number): boolean =>
  box.left * width < part.right &&
  (box.left + box.width) * width > part.left &&
  box.top * zoom < part.bottom &&
  (box.top + box.height) * zoom > part.top;

/** Which button shows which box: what stays drawn keeps its own, so that a scroll draws only what came into sight. */
export class Slots {
  #taken = new Map<string, number>();

  /** A number for each of the keys, which differ. */
  take(keys: readonly string[]): number[] {
    const kept = new Map(keys.flatMap((key) => (this.#taken.has(key) ? [[key, this.#taken.get(key)!]] : [])));
    const used = new Set(kept.values());
    let free = 0;
    for (const key of keys) {
      if (kept.has(key)) continue;
      while (used.has(free)) free += 1;
      kept.set(key, free);
      free += 1;
    }
    this.#taken = kept;
    return keys.map((key) => kept.get(key)!);
  }
}
