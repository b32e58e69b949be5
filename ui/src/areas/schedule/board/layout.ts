// From what the core tells of some days to boxes on the board. Pure: the same in gives the same out, no DOM, no clock.
import type { AppointmentCard, DayBounds, ScheduleRange, WorkBlock, WorkBlockKind } from '$lib/backend';
import { takesTime } from '$lib/takes-time';
import { MINUTE } from '$lib/time/zone';
import { lanesOf, type Span } from './lanes';
import { elapsedScale, wallScale, type DayScale } from './scale';

/** A column: a colleague on a day, or a day of one or all colleagues. */
export interface Column {
  key: string;
  day: DayBounds;
  /** Whose visits stand here; none: those of everybody asked for. */
  staffId: string | null;
  /** The column of visits that nobody is assigned to. */
  isUnassigned: boolean;
  scale: DayScale;
  /** Where it begins, as a share of the board's width, and how much of it it has. */
  left: number;
  width: number;
  /** Nobody works in it and nothing stands there: those in which something does have most of its room. */
  isNarrow: boolean;
}

/** A column whose room is not known yet. */
type Slot = Omit<Column, 'left' | 'width' | 'isNarrow'>;

/** What a narrow column has of another one's width. */
const NARROW_SHARE = 3 / 8;

/** A visit on the board, in minutes from the top and shares of the board's width. */
export interface Box {
  card: AppointmentCard;
  column: number;
  top: number;
  height: number;
  /** When it starts, in minutes from the top. Its box may stand higher, where there is no room for all of it below. */
  start: number;
  left: number;
  width: number;
  /** It began before this column: it can be opened here, not moved. */
  isContinued: boolean;
  /** How many minutes are kept free after it. */
  buffer: number;
}

/** A stretch of a column that is painted. */
export interface Shade {
  kind: WorkBlockKind | 'gap';
  column: number;
  top: number;
  height: number;
  reason: string | null;
}

/** Time that is kept free after a visit, below its box. */
export type Tail = Pick<Box, 'left' | 'width' | 'top' | 'height'>;

export interface Layout {
  columns: Column[];
  boxes: Box[];
  tails: Tail[];
  shades: Shade[];
  /** The board's height in minutes. */
  length: number;
}

export interface LayoutOptions {
  /** Only these colleagues; none: all. */
  staff: ReadonlySet<string> | null;
  isCancelledShown: boolean;
  /** Boxes are at least this many minutes high, that they can be read and hit. */
  minMinutes: number;
  /** How many minutes its service and the hours keep free after a visit. */
  buffer: (card: AppointmentCard) => number;
}

const UNASSIGNED = 'unassigned';
/** Visits that take nobody's time any more and are shown only where they are asked for. */
const LEFT: ReadonlySet<string> = new Set(['cancelled', 'rescheduled']);

/** One day: a column for each colleague, in the order of `staffOrder`. */
export function layoutDay(range: ScheduleRange, staffOrder: readonly string[], options: LayoutOptions): Layout {
  const day = range.days[0]!;
  const scale = elapsedScale(day);
  const shown = visible(range.appointments, options.isCancelledShown);
  const known = new Set(range.staff_ids);
  const staff = staffOrder.filter((id) => known.has(id) && (!options.staff || options.staff.has(id)));
  const columns: Slot[] = staff.map((id) => ({ key: id, day, staffId: id, isUnassigned: false, scale }));
  if (shown.some(({ staff_id }) => staff_id === null || !known.has(staff_id))) {
    columns.push({ key: UNASSIGNED, day, staffId: null, isUnassigned: true, scale });
  }
  const index = new Map(columns.map((column, at) => [column.key, at]));
  const place = (card: AppointmentCard): number[] => {
    const at = index.get(card.staff_id !== null && known.has(card.staff_id) ? card.staff_id : UNASSIGNED);
    return at === undefined ? [] : [at];
  };
  return assemble(columns, shown, place, (block) => [index.get(block.staff_id) ?? -1], range.blocks, options);
}

/** Several days: a column for each. */
export function layoutDays(range: ScheduleRange, options: LayoutOptions): Layout {
  const columns: Slot[] = range.days.map((day) => ({
    key: day.date,
    day,
    staffId: options.staff?.size === 1 ? [...options.staff][0]! : null,
    isUnassigned: false,
    scale: wallScale(day, range.timezone),
  }));
  const isShown = (staff: string | null): boolean => !options.staff || (staff !== null && options.staff.has(staff));
  const shown = visible(range.appointments, options.isCancelledShown).filter(({ staff_id }) => isShown(staff_id));
  // A stay over several days stands in each of them.
  const place = (span: { starts_at: number; ends_at: number }): number[] =>
    range.days.flatMap((day, index) => (span.starts_at < day.ends_at && span.ends_at > day.starts_at ? [index] : []));
  const blocks = range.blocks.filter(({ staff_id }) => isShown(staff_id));
  const layout = assemble(columns, shown, place, place, blocks, options);
  // Of several colleagues only the time when anybody works is of interest.
  if (options.staff?.size !== 1)
    layout.shades = [
      ...united(layout.shades.filter(({ kind }) => kind === 'open')),
      ...layout.shades.filter(({ kind }) => kind === 'gap'),
    ];
  return layout;
}

/** Those that overlap or meet as one: twenty colleagues' hours over each other would be painted twenty times. */
function united(shades: readonly Shade[]): Shade[] {
  const whole: Shade[] = [];
  for (const shade of [...shades].sort((a, b) => a.column - b.column || a.top - b.top)) {
    const last = whole.at(-1);
    if (last && last.column === shade.column && shade.top <= last.top + last.height)
      last.height = Math.max(last.height, shade.top + shade.height - last.top);
    else whole.push({ ...shade });
  }
  return whole;
}

function visible(cards: readonly AppointmentCard[], isCancelledShown: boolean): AppointmentCard[] {
  return isCancelledShown ? [...cards] : cards.filter(({ status }) => !LEFT.has(status));
}

function assemble(
  slots: Slot[],
  cards: readonly AppointmentCard[],
  place: (card: AppointmentCard) => number[],
  placeBlock: (block: WorkBlock) => number[],
  blocks: readonly WorkBlock[],
  options: LayoutOptions,
): Layout {
  const byColumn: AppointmentCard[][] = slots.map(() => []);
  for (const card of cards) {
    for (const at of place(card)) byColumn[at]!.push(card);
  }
  const worked = new Set(blocks.filter(({ kind }) => WORKED.has(kind)).flatMap(placeBlock));
  const columns = withRoom(slots, (at) => worked.has(at) || byColumn[at]!.length > 0);
  const boxes = byColumn.flatMap((own, column) => boxesOf(own, column, columns, options));
  return {
    columns,
    boxes,
    tails: tailsOf(boxes, columns),
    shades: shadesOf(columns, blocks, placeBlock),
    length: columns[0]?.scale.length ?? 1440,
  };
}

/** Hours in which somebody works. */
const WORKED: ReadonlySet<WorkBlockKind> = new Set(['open', 'emergency_only']);

/** Shares the board's width out, to those in which something is. Where nothing is anywhere, all are alike. */
function withRoom(slots: Slot[], isUsed: (at: number) => boolean): Column[] {
  const used = slots.map((_, at) => isUsed(at));
  const isEmpty = !used.includes(true);
  const shares = used.map((isOwn) => (isOwn || isEmpty ? 1 : NARROW_SHARE));
  const whole = shares.reduce((sum, share) => sum + share, 0);
  let before = 0;
  return slots.map((slot, at) => {
    const share = shares[at]!;
    const room = { left: before / whole, width: share / whole, isNarrow: share < 1 };
    before += share;
    return { ...slot, ...room };
  });
}

/** Which column is at a share of the board's width; beyond its edges the first and the last. */
export const columnAt = ({ columns }: Layout, share: number): number =>
  Math.max(
    0,
    columns.findLastIndex(({ left }) => left <= share),
  );

function tailsOf(boxes: readonly Box[], columns: readonly Column[]): Tail[] {
  return boxes.flatMap(({ card, column, left, width, top, height, buffer }) => {
    const { day, scale } = columns[column]!;
    if (buffer === 0 || card.ends_at > day.ends_at) return [];
    const from = top + height;
    const to = scale.minuteOf(card.ends_at + buffer * MINUTE);
    return to > from ? [{ left, width, top: from, height: to - from }] : [];
  });
}

/** What is kept free after the end a visit was planned to have. What is done takes no more of its time, as in the core. */
function bufferAfter(card: AppointmentCard, usual: LayoutOptions['buffer']): number {
  if (!takesTime(card.status)) return 0;
  const early = card.status === 'completed' ? card.ends_at - (card.actual_end_at ?? card.ends_at) : 0;
  return Math.max(0, usual(card) - Math.max(0, Math.ceil(early / MINUTE)));
}

function boxesOf(cards: AppointmentCard[], column: number, columns: Column[], options: LayoutOptions): Box[] {
  const { minMinutes } = options;
  const { scale, left, width } = columns[column]!;
  const spans: Span[] = cards.map((card) => {
    const from = Math.min(scale.minuteOf(card.starts_at), scale.length - minMinutes);
    return { from, to: Math.max(scale.minuteOf(card.ends_at), from + minMinutes) };
  });
  const order = cards
    .map((_, index) => index)
    .sort((a, b) => spans[a]!.from - spans[b]!.from || spans[b]!.to - spans[a]!.to);
  const lanes = lanesOf(order.map((index) => spans[index]!));
  return order.map((index, at) => {
    const { from, to } = spans[index]!;
    const { lane, lanes: count, width: wide } = lanes[at]!;
    return {
      card: cards[index]!,
      column,
      top: from,
      height: to - from,
      start: scale.minuteOf(cards[index]!.starts_at),
      left: left + (lane / count) * width,
      width: (wide / count) * width,
      isContinued: cards[index]!.starts_at < columns[column]!.day.starts_at,
      buffer: bufferAfter(cards[index]!, options.buffer),
    };
  });
}

// What is painted later lies over what is painted before.
const PAINT: Record<Shade['kind'], number> = { open: 0, break: 1, emergency_only: 2, closed: 3, gap: 4 };

function shadesOf(
  columns: Column[],
  blocks: readonly WorkBlock[],
  placeBlock: (block: WorkBlock) => number[],
): Shade[] {
  const shades: Shade[] = [];
  for (const block of blocks) {
    for (const column of placeBlock(block)) {
      const scale = columns[column]?.scale;
      if (!scale) continue;
      const top = scale.minuteOf(block.starts_at);
      const height = scale.minuteOf(block.ends_at) - top;
      if (height > 0) shades.push({ kind: block.kind, column, top, height, reason: block.reason });
    }
  }
  columns.forEach(({ scale }, column) => {
    for (const { from, to } of scale.gaps)
      shades.push({ kind: 'gap', column, top: from, height: to - from, reason: null });
  });
  return shades.sort((a, b) => PAINT[a.kind] - PAINT[b.kind]);
}

/** The first column in which the present is; -1 where it is in none. */
export const presentColumn = ({ columns }: Layout, now: number): number =>
  columns.findIndex(({ day }) => now >= day.starts_at && now < day.ends_at);

/** The first minute of work on the board, to scroll to; none where nobody works. */
export function firstOpenMinute(layout: Layout): number | null {
  const starts = layout.shades.filter(({ kind }) => kind === 'open').map(({ top }) => top);
  return starts.length === 0 ? null : Math.min(...starts);
}
