// The pointer and the keyboard on the board: turns events into a target, and drops it.
import { targetOf, type Gesture, type Place, type Target } from './gesture';
import { columnAt, type Box, type Layout } from './layout';

/** So far a pointer has to go before a press is a drag. */
const SLACK = 4;
/** So near to the lower edge a press takes hold of a visit's end; a finger is broader than a pointer. */
const EDGE = 7;
const FINGER_EDGE = 14;
/** So long a finger rests before it has taken hold, in milliseconds; until then its moving scrolls. */
const HOLD = 350;
/** So far a resting finger may tremble. */
const TREMBLE = 10;

export interface Surface {
  /** The element whose box is the whole board. */
  body: HTMLElement;
  scroller: HTMLElement;
  layout: Layout;
  /** Pixels a minute. */
  zoom: number;
  /** The grid, in minutes. */
  step: number;
}

export interface Drop {
  /** Which visit was moved; none: something new. */
  id: string | null;
  target: Target;
  kind: Gesture['kind'];
}

export class BoardDrag {
  /** Where the visit would stand now. */
  target = $state<Target | null>(null);
  /** Which visit is being moved. Not which box: another desk's change lays the boxes anew under the pointer. */
  id = $state<string | null>(null);

  #gesture: Gesture | null = null;
  #start: { x: number; y: number } | null = null;
  #last: PointerEvent | null = null;
  #frame = 0;
  #hold: ReturnType<typeof setTimeout> | undefined;
  /** A finger has taken hold and has not moved since. */
  #isResting = false;
  #surface: () => Surface;
  #drop: (drop: Drop) => void;

  constructor(surface: () => Surface, drop: (drop: Drop) => void) {
    this.#surface = surface;
    this.#drop = drop;
  }

  /** Begins, where a drag may begin: with a pointer at once, with a finger once it has rested. */
  press(event: PointerEvent, box: Box | null, isMovable: boolean): void {
    this.cancel();
    if (event.button !== 0 || !event.isPrimary || (box && !isMovable)) return;
    const isFinger = event.pointerType === 'touch';
    const from = this.#placeOf(event);
    const id = box?.card.id ?? null;
    this.#start = { x: event.clientX, y: event.clientY };
    if (isFinger) this.#hold = setTimeout(() => this.#lift(event, id), HOLD);
    else this.id = id;
    if (!box) {
      this.#gesture = { kind: 'create', from };
      return;
    }
    const origin: Target = { column: box.column, top: box.start, height: trueHeight(box) };
    const edge = (event.target as HTMLElement).closest('button')!.getBoundingClientRect().bottom;
    this.#gesture = { kind: edge - event.clientY < (isFinger ? FINGER_EDGE : EDGE) ? 'resize' : 'move', from, origin };
  }

  move(event: PointerEvent): void {
    if (!this.#gesture || !this.#start) return;
    const gone = Math.hypot(event.clientX - this.#start.x, event.clientY - this.#start.y);
    if (this.#hold !== undefined) {
      // It scrolls, then.
      if (gone > TREMBLE) this.cancel();
      return;
    }
    if (this.#isResting && gone <= TREMBLE) return;
    this.#isResting = false;
    if (!this.target && gone < SLACK) return;
    const { body } = this.#surface();
    if (!this.target) body.setPointerCapture(event.pointerId);
    this.#last = event;
    this.#aim(event);
    if (!this.#frame) this.#scroll();
  }

  /** Ends; true where something was dragged, so that the click that follows is none. */
  release(): boolean {
    const drop = this.target && this.#gesture && { id: this.id, target: this.target, kind: this.#gesture.kind };
    this.cancel();
    if (drop) this.#drop(drop);
    return drop !== null;
  }

  cancel(): void {
    clearTimeout(this.#hold);
    this.#hold = undefined;
    this.#isResting = false;
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#gesture = null;
    this.#start = null;
    this.#last = null;
    this.target = null;
    this.id = null;
  }

  get isBusy(): boolean {
    return this.target !== null;
  }

  /** The finger has rested: it has hold of what lies under it, and shows so. */
  #lift(event: PointerEvent, id: string | null): void {
    this.#hold = undefined;
    this.#isResting = true;
    this.id = id;
    this.#surface().body.setPointerCapture(event.pointerId);
    const gesture = this.#gesture!;
    if (gesture.kind === 'create') this.#aim(event);
    else this.target = gesture.origin;
  }

  #aim(event: PointerEvent): void {
    const { layout, step } = this.#surface();
    const grid = event.shiftKey ? 5 : step;
    this.target = targetOf(this.#gesture!, this.#placeOf(event), grid, layout.length);
  }

  /** Scrolls while the pointer is held at an edge. */
  #scroll(): void {
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (!this.#last || !this.#gesture) return;
      const { scroller } = this.#surface();
      const { top, bottom, left, right } = scroller.getBoundingClientRect();
      const { clientX: x, clientY: y } = this.#last;
      const down = y > bottom - 32 ? 12 : y < top + 72 ? -12 : 0;
      const across = x > right - 32 ? 12 : x < left + 72 ? -12 : 0;
      if (down === 0 && across === 0) return;
      scroller.scrollBy(across, down);
      this.#aim(this.#last);
      this.#scroll();
    });
  }

  #placeOf(event: PointerEvent): Place {
    const { body, layout, zoom } = this.#surface();
    const { left, top, width } = body.getBoundingClientRect();
    return {
      column: columnAt(layout, (event.clientX - left) / width),
      minute: Math.min(layout.length, Math.max(0, (event.clientY - top) / zoom)),
    };
  }
}

/** How long a visit truly is; its box may be higher so that it can be read. */
export function trueHeight({ card }: Box): number {
  return (card.ends_at - card.starts_at) / 60_000;
}
