// What hands do on the board: clicks, drags, arrows. The markup is in Board.svelte.
import { tick, untrack } from 'svelte';
import type { AppointmentCard } from '$lib/backend';
import { t } from '$lib/i18n/index.svelte';
import { formatTimes } from '$lib/time/format';
import { BoardDrag, trueHeight, type Drop } from './drag.svelte';
import { CLICK_MINUTES, instantsOf, neighbour, stepTarget, type Target } from './gesture';
import type { Box, Column, Layout } from './layout';
import { keepInSight } from './sight';

export interface ControlProps {
  layout: Layout;
  /** Pixels a minute. */
  zoom: number;
  /** The visit that is open beside the board. */
  openId: string | null;
  columnName: (column: Column) => string;
  isMovable: (box: Box) => boolean;
  onopen: (card: AppointmentCard) => void;
  oncreate: (column: Column, starts_at: number, ends_at: number) => void;
  onmove: (card: AppointmentCard, column: Column, starts_at: number, ends_at: number) => Promise<void>;
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
  /** A target aimed at by keyboard, or one that was dropped and is being saved. */
  #aimed = $state.raw<{ id: string; target: Target } | null>(null);
  #wasDragged = false;
  #props: () => ControlProps;
  #drag: BoardDrag;

  readonly draggedId = $derived.by(() => this.#drag.id ?? this.#aimed?.id ?? null);
  /** Where what is moved would stand. What another desk took off the board meanwhile has no place on it any more. */
  readonly ghost = $derived.by(() => {
    const target = this.#drag.target ?? this.#aimed?.target ?? null;
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
      (drop) => this.#dropped(drop),
    );
    // Buttons are reused by index: the focus follows the visit it stands on, not the button. Which one it is must be known before the board
    // is drawn anew, for a button that goes takes the focus with it. Nobody has asked to see it: the board stays where it is scrolled to.
    $effect.pre(() => {
      const { boxes } = props().layout;
      const held = this.body?.contains(document.activeElement) ? untrack(() => this.#activeId) : null;
      const index = held === null ? -1 : boxes.findIndex(({ card }) => card.id === held);
      if (index >= 0) void tick().then(() => this.#focus(index, { preventScroll: true }));
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
    if (this.#wasDragged) this.#wasDragged = false;
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

  onkeydown = (event: KeyboardEvent): void => {
    const index = indexOf(event);
    if (event.key === 'Escape' && (this.#drag.isBusy || this.#aimed)) this.#giveUp(event);
    else if (index === null) return;
    else if (event.altKey && event.key.startsWith('Arrow')) this.#aim(event, index);
    else if (event.key === 'Enter' && this.#aimed) {
      event.preventDefault();
      void this.#dropAimed();
    } else if (event.key.startsWith('Arrow') && !event.ctrlKey && !event.metaKey) this.#walk(event, index);
  };

  /** Alt+arrows aim; letting Alt go drops, as Enter does. */
  onkeyup = (event: KeyboardEvent): void => {
    if (event.key === 'Alt' && this.#aimed) void this.#dropAimed();
  };

  #clickOnFreeTime(event: MouseEvent): void {
    const { layout, zoom, oncreate } = this.#props();
    const { left, top, width } = this.body!.getBoundingClientRect();
    const column = layout.columns[Math.floor(((event.clientX - left) / width) * layout.columns.length)];
    const minute = Math.floor((event.clientY - top) / zoom / GRID) * GRID;
    if (!column) return;
    const { starts_at, ends_at } = instantsOf({ column: 0, top: minute, height: CLICK_MINUTES }, column);
    oncreate(column, starts_at, ends_at);
  }

  #dropped({ id, target, kind }: Drop): void {
    this.#wasDragged = true;
    const { layout, oncreate } = this.#props();
    const column = layout.columns[target.column];
    if (!column) return;
    if (kind !== 'create' && id !== null) {
      const box = this.#movableBox(id);
      if (box && !isWhere(target, box)) void this.#moveTo(box.card, target);
    } else {
      const { starts_at, ends_at } = instantsOf(target, column);
      oncreate(column, starts_at, ends_at);
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
    this.#aimed = { id: card.id, target };
    try {
      await onmove(card, column, starts_at, ends_at);
    } finally {
      this.#aimed = null;
    }
  }

  #aim(event: KeyboardEvent, index: number): void {
    event.preventDefault();
    const { layout, zoom, isMovable } = this.#props();
    const box = layout.boxes[index]!;
    if (!isMovable(box)) {
      this.said = t('schedule.cannot_move');
      return;
    }
    const origin = { column: box.column, top: box.top, height: trueHeight(box) };
    const from = this.#aimed?.target ?? origin;
    const target = stepTarget(from, event.key, event.shiftKey, layout.columns.length, layout.length, origin);
    if (!target) return;
    this.#aimed = { id: box.card.id, target };
    this.said = this.targetWords(target);
    if (this.scroller)
      keepInSight(this.scroller, { ...target, height: Math.min(target.height, layout.length - target.top) }, zoom);
  }

  async #dropAimed(): Promise<void> {
    const aimed = this.#aimed;
    if (!aimed) return;
    const box = this.#movableBox(aimed.id);
    if (!box || !this.#props().layout.columns[aimed.target.column] || isWhere(aimed.target, box)) this.#aimed = null;
    else await this.#moveTo(box.card, aimed.target);
  }

  #giveUp(event: KeyboardEvent): void {
    event.preventDefault();
    event.stopPropagation();
    this.#drag.cancel();
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
    this.body?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus(options);
  }
}

/** Whether a target is where the visit stands already. */
const isWhere = ({ column, top, height }: Target, box: Box): boolean =>
  column === box.column && top === box.top && height === trueHeight(box);

function indexOf(event: Event): number | null {
  const button = (event.target as HTMLElement).closest<HTMLElement>('[data-index]');
  return button ? Number(button.dataset.index) : null;
}
