// What hands do on the board: clicks, drags, arrows. The markup is in Board.svelte.
import { tick, untrack } from 'svelte';
import type { AppointmentCard } from '$lib/backend';
import { t } from '$lib/i18n/index.svelte';
import { formatTimes } from '$lib/time/format';
import { BoardDrag, trueHeight, type Drop } from './drag.svelte';
import { CLICK_MINUTES, instantsOf, neighbour, startPlace, stepTarget, type Target } from './gesture';
import { columnAt, type Box, type Column, type Layout } from './layout';
import { keepInSight } from './sight';

export interface ControlProps {
  layout: Layout;
  /** Pixels a minute. */
  zoom: number;
  now: number;
  /** The visit that is open beside the board. */
  openId: string | null;
  columnName: (column: Column) => string;
  isMovable: (box: Box) => boolean;
  onopen: (card: AppointmentCard) => void;
  /** A free time was chosen: a place, or with `isSpan` from and to. */
  oncreate: (column: Column, starts_at: number, ends_at: number, isSpan: boolean) => void;
  /** Answers the visit's id after it, none where it stays where it was. */
  onmove: (card: AppointmentCard, column: Column, starts_at: number, ends_at: number) => Promise<string | null>;
}

interface Aim {
  id: string;
  target: Target;
}

/** The grid of a click and, below the larger zooms, of a drag. */
const GRID = 15;
const FINE_GRID = 5;
const FINE_ZOOM = 2.4;

export class BoardControl {
  scroller = $state.raw<HTMLElement>();
  body = $state.raw<HTMLElement>();
  /** What a screen reader hears of a move. */
  said = $state('');

  /** Which visit the arrow keys stand on. */
  #activeId = $state<string | null>(null);
  /** Where a visit is aimed at by keyboard. */
  #aimed = $state.raw<Aim | null>(null);
  /** Where a visit was dropped, while that is being saved. */
  #dropped = $state.raw<Aim | null>(null);
  /** The free place that the arrow keys aim at while the focus is on the board and on no visit; when it comes back, they go on from there. */
  #place = $state.raw<Target | null>(null);
  #isPlaceShown = $state(false);
  #wasDragged = false;
  #props: () => ControlProps;
  #drag: BoardDrag;

  readonly draggedId = $derived.by(() => this.#drag.id ?? this.#aimed?.id ?? this.#dropped?.id ?? null);
  /** Where what is moved would stand. What another desk took off the board meanwhile has no place on it any more. */
  readonly ghost = $derived.by(() => {
    const target =
      this.#drag.target ?? (this.#aimed ?? this.#dropped)?.target ?? (this.#isPlaceShown ? this.#place : null);
    if (!target || !this.#props().layout.columns[target.column]) return null;
    return this.draggedId === null || this.#movableBox(this.draggedId) ? target : null;
  });
  /** The one visit that Tab reaches; the arrows lead to the others. */
  readonly activeIndex = $derived.by(() => {
    const { layout, openId } = this.#props();
    return Math.max(
      0,
      layout.boxes.findIndex(({ card }) => card.id === (this.#activeId ?? openId)),
    );
  });

  constructor(props: () => ControlProps) {
    this.#props = props;
    this.#drag = new BoardDrag(
      () => {
        const { layout, zoom } = props();
        return { body: this.body!, scroller: this.scroller!, layout, zoom, step: zoom >= FINE_ZOOM ? FINE_GRID : GRID };
      },
      (drop) => this.#drop(drop),
    );
    // Buttons are given to other visits: the focus follows the visit it stands on, not the button. Which one it is must be known before the board
    // is drawn anew, for a button that goes takes the focus with it. Nobody has asked to see it: the board stays where it is scrolled to.
    let shown = '';
    $effect.pre(() => {
      const { columns, boxes } = props().layout;
      const before = shown;
      shown = `${columns[0]?.day.date} ${columns.length}`;
      const held = this.body?.contains(document.activeElement) ? untrack(() => this.#activeId) : null;
      if (held === null) return;
      const index = boxes.findIndex(({ card }) => card.id === held);
      if (index >= 0) void tick().then(() => this.#focus(index, { preventScroll: true }));
      // Gone under the hand: no other visit takes its place there. One that is being moved comes back, as another.
      else if (shown === before && !untrack(() => this.#dropped))
        void tick().then(() => this.scroller?.focus({ preventScroll: true }));
      // On another day the focus stands on whatever is there.
      else if (shown !== before) void tick().then(() => this.#takeFocused());
    });
    // What is under way is heard of wherever the focus is, before anything else takes it: beside the board, or in another window.
    $effect(() => {
      if (!this.#aimed && !this.#drag.isBusy) return;
      const stop = new AbortController();
      const on = (name: string, hear: (event: Event) => void) =>
        window.addEventListener(name, hear, { capture: true, signal: stop.signal });
      on('keydown', (event) => (event as KeyboardEvent).key === 'Escape' && this.#giveUp(event));
      // Alt+arrows aim; letting Alt go drops, as Enter does.
      on('keyup', (event) => (event as KeyboardEvent).key === 'Alt' && void this.#dropAimed());
      on('pointerdown', () => this.#letAimGo());
      // Only of the window itself: a field that loses the focus does not bubble, but is captured.
      on('blur', ({ target }) => target === window && this.#letAimGo());
      return () => stop.abort();
    });
    // A finger that has taken hold neither scrolls nor opens the system's menu. (A listener written in the markup is passive.)
    $effect(() => {
      const { body } = this;
      const keep = (event: Event): void => {
        if (this.#drag.isBusy) event.preventDefault();
      };
      for (const name of ['touchmove', 'contextmenu']) body?.addEventListener(name, keep, { passive: false });
      return () => {
        for (const name of ['touchmove', 'contextmenu']) body?.removeEventListener(name, keep);
      };
    });
    // What was opened beside the board gives the focus back to where it came from.
    let opened: string | null = null;
    $effect(() => {
      const closed = opened;
      opened = props().openId;
      if (closed === null || opened !== null) return;
      void tick().then(() => {
        const index = untrack(() => props().layout.boxes.findIndex(({ card }) => card.id === closed));
        if (index >= 0 && document.activeElement === document.body) this.#focus(index);
      });
    });
  }

  targetWords(target: Target): string {
    const { layout, columnName } = this.#props();
    const column = layout.columns[target.column]!;
    const { starts_at, ends_at } = instantsOf(target, column);
    return `${formatTimes(starts_at, ends_at)} · ${columnName(column)}`;
  }

  onpointerdown = (event: PointerEvent): void => {
    this.#wasDragged = false;
    this.#place = null;
    const { layout, isMovable } = this.#props();
    const index = indexOf(event);
    const box = index === null ? null : layout.boxes[index]!;
    this.#drag.press(event, box, box !== null && isMovable(box));
  };
  onpointermove = (event: PointerEvent): void => this.#drag.move(event);
  onpointerup = (): void => void this.#drag.release();
  onpointercancel = (): void => this.#drag.cancel();

  onclick = (event: MouseEvent): void => {
    const { layout, onopen } = this.#props();
    const index = indexOf(event);
    // What opens beside the board takes room from it: the second click of a double click would hit what stands next to it.
    if (event.detail > 1) return;
    if (this.#wasDragged && event.detail > 0) this.#wasDragged = false;
    else if (index === null) this.#clickOnFreeTime(event);
    else {
      this.#activeId = layout.boxes[index]!.card.id;
      onopen(layout.boxes[index]!.card);
    }
  };

  onfocusin = (event: FocusEvent): void => {
    const index = indexOf(event);
    if (index !== null) this.#activeId = this.#props().layout.boxes[index]?.card.id ?? null;
  };
  onfocusout = (): void => void (this.#isPlaceShown = false);

  onkeydown = (event: KeyboardEvent): void => {
    const index = indexOf(event);
    if (event.target === this.scroller) this.#onPlace(event);
    else if (index === null) return;
    else if (event.altKey && event.key.startsWith('Arrow')) this.#aim(event, index);
    else if (event.key === 'Enter' && this.#aimed) {
      event.preventDefault();
      void this.#dropAimed();
    } else if (event.key.startsWith('Arrow') && !event.ctrlKey && !event.metaKey) this.#walk(event, index);
  };

  /** Begins to aim at a free time by keyboard. */
  begin(): void {
    this.scroller?.focus({ preventScroll: true });
    const { layout, now } = this.#props();
    this.#aimAt(this.#placeIn(layout) ?? startPlace(layout, now));
  }

  #clickOnFreeTime(event: MouseEvent): void {
    const { layout, zoom, oncreate } = this.#props();
    const { left, top, width } = this.body!.getBoundingClientRect();
    const column = layout.columns[columnAt(layout, (event.clientX - left) / width)];
    const minute = Math.floor((event.clientY - top) / zoom / GRID) * GRID;
    if (!column) return;
    const { starts_at, ends_at } = instantsOf({ column: 0, top: minute, height: CLICK_MINUTES }, column);
    oncreate(column, starts_at, ends_at, false);
  }

  /** Keys on the board itself: the arrows aim at a free time, with Shift they make it longer or shorter, and Enter books it. */
  #onPlace(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const { layout, oncreate } = this.#props();
    const place = this.#isPlaceShown ? this.#placeIn(layout) : null;
    const isArrow = event.key.startsWith('Arrow');
    const isEnter = event.key === 'Enter' || event.key === ' ';
    if (event.key === 'Escape' && place) {
      this.#place = null;
      this.said = '';
    } else if (isArrow && place) {
      this.#aimAt(stepTarget(place, event.key, event.shiftKey, layout.columns.length, layout.length) ?? place);
    } else if (isEnter && place) {
      const column = layout.columns[place.column]!;
      const { starts_at, ends_at } = instantsOf(place, column);
      oncreate(column, starts_at, ends_at, place.height !== CLICK_MINUTES);
    } else if (isArrow || isEnter) this.begin();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The place that is aimed at, where the board has it: another day may have other columns, or be shorter. */
  #placeIn({ columns, length }: Layout): Target | null {
    const place = this.#place;
    return place && columns[place.column] && place.top + place.height <= length ? place : null;
  }

  #aimAt(place: Target): void {
    this.#place = place;
    this.#isPlaceShown = true;
    this.said = this.targetWords(place);
    this.#show(place);
  }

  #show(target: Target): void {
    const { layout, zoom } = this.#props();
    const column = layout.columns[target.column];
    if (!this.scroller || !this.body || !column) return;
    const height = Math.min(target.height, layout.length - target.top);
    keepInSight(this.scroller, this.body, { ...target, height }, zoom, column);
  }

  #drop({ id, target, kind }: Drop): void {
    this.#wasDragged = true;
    const { layout, oncreate } = this.#props();
    const column = layout.columns[target.column];
    if (!column) return;
    if (kind !== 'create' && id !== null) {
      const box = this.#movableBox(id);
      if (box && !isWhere(target, box)) void this.#moveTo(box.card, target);
    } else {
      const { starts_at, ends_at } = instantsOf(target, column);
      oncreate(column, starts_at, ends_at, true);
    }
  }

  /** Where a visit stands now, if it still stands on the board and may be moved. */
  #movableBox(id: string): Box | undefined {
    const { layout, isMovable } = this.#props();
    return layout.boxes.find((box) => box.card.id === id && isMovable(box));
  }

  /** The visit stands at its new place from now on; the core's answer takes the ghost's place. */
  async #moveTo(card: AppointmentCard, target: Target): Promise<void> {
    const { layout, onmove } = this.#props();
    const column = layout.columns[target.column]!;
    const { starts_at, ends_at } = instantsOf(target, column);
    const dropped = { id: card.id, target };
    const isHeld = this.#activeId === card.id;
    this.#dropped = dropped;
    try {
      const id = await onmove(card, column, starts_at, ends_at);
      // A visit of another day is another one: the keys go on with that.
      if (isHeld && id !== null && id !== card.id) await this.#follow(id);
    } finally {
      if (this.#dropped === dropped) this.#dropped = null;
    }
  }

  async #follow(id: string): Promise<void> {
    this.#activeId = id;
    await tick();
    const held = document.activeElement;
    if (held !== document.body && !this.scroller?.contains(held)) return;
    const index = this.#props().layout.boxes.findIndex(({ card }) => card.id === id);
    if (index >= 0) this.#focus(index);
    else this.scroller?.focus({ preventScroll: true });
  }

  /** The keys go on from the visit that has the focus. */
  #takeFocused(): void {
    const button = this.body?.contains(document.activeElement) ? document.activeElement : null;
    const index = button?.getAttribute('data-index') ?? null;
    if (index !== null) this.#activeId = this.#props().layout.boxes[Number(index)]?.card.id ?? null;
  }

  #aim(event: KeyboardEvent, index: number): void {
    event.preventDefault();
    // While one is being moved, its button may show another already.
    if (this.#dropped) return;
    const { layout, isMovable } = this.#props();
    const box = layout.boxes[index]!;
    // Nor is another aimed at that came under the focus of itself.
    if (box.card.id !== this.#activeId) return this.#takeFocused();
    if (!isMovable(box)) {
      this.said = t('schedule.cannot_move');
      return;
    }
    const origin = { column: box.column, top: box.start, height: trueHeight(box) };
    const from = this.#aimed?.id === box.card.id ? this.#aimed.target : origin;
    const target = stepTarget(from, event.key, event.shiftKey, layout.columns.length, layout.length, origin);
    if (!target) return;
    this.#aimed = { id: box.card.id, target };
    this.said = this.targetWords(target);
    this.#show(target);
  }

  async #dropAimed(): Promise<void> {
    const aimed = this.#aimed;
    this.#aimed = null;
    const box = aimed && this.#movableBox(aimed.id);
    if (!box || !this.#props().layout.columns[aimed.target.column] || isWhere(aimed.target, box)) return;
    await this.#moveTo(box.card, aimed.target);
  }

  #giveUp(event: Event): void {
    event.preventDefault();
    event.stopPropagation();
    // The click that comes when the button is let go is still the drag's.
    if (this.#drag.isBusy) this.#wasDragged = true;
    this.#drag.cancel();
    this.#aimed = null;
    this.said = t('schedule.move_cancelled');
  }

  /** Hands that went on to something else meant no drop. */
  #letAimGo(): void {
    if (!this.#aimed) return;
    this.#aimed = null;
    this.said = t('schedule.move_cancelled');
  }

  #walk(event: KeyboardEvent, index: number): void {
    const { boxes } = this.#props().layout;
    const next = neighbour(boxes, index, event.key);
    if (next === null) return;
    event.preventDefault();
    this.#activeId = boxes[next]!.card.id;
    this.#focus(next);
  }

  #focus(index: number, options?: FocusOptions): void {
    const button = (): HTMLElement | null | undefined => this.body?.querySelector(`[data-index="${index}"]`);
    const there = button();
    if (there) return there.focus(options);
    // Of a large board it is drawn once the keys stand on it.
    this.#activeId = this.#props().layout.boxes[index]?.card.id ?? null;
    void tick().then(() => button()?.focus(options));
  }
}

/** Whether a target is where the visit stands already. */
const isWhere = ({ column, top, height }: Target, box: Box): boolean =>
  column === box.column && top === box.start && height === trueHeight(box);

function indexOf(event: Event): number | null {
  const button = (event.target as HTMLElement).closest<HTMLElement>('[data-index]');
  return button ? Number(button.dataset.index) : null;
}
