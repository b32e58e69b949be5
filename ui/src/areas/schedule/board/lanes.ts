// Visits that overlap in a column stand side by side.

export interface Span {
  from: number;
  to: number;
}

export interface Lane {
  /** Which lane, from 0. */
  lane: number;
  /** How many lanes the group of overlapping spans has. */
  lanes: number;
  /** How many lanes it may stretch over, being free beside it. */
  width: number;
}

/**
 * Lanes for spans sorted by start. Each takes the first lane that is free; spans that touch each other, directly or by others,
 * share the width; what has room to its right stretches into it.
 */
export function lanesOf(spans: readonly Span[]): Lane[] {
  const placed: Lane[] = [];
  let group: number[] = [];
  let ends: number[] = [];
  let groupEnd = -Infinity;

  const closeGroup = (): void => {
    for (const index of group) {
      const own = placed[index]!;
      own.lanes = ends.length;
      own.width = roomBeside(index, group, spans, placed, ends.length);
    }
    group = [];
    ends = [];
  };

  spans.forEach((span, index) => {
    if (span.from >= groupEnd) closeGroup();
    let lane = ends.findIndex((end) => end <= span.from);
    if (lane < 0) lane = ends.length;
    ends[lane] = span.to;
    group.push(index);
    placed.push({ lane, lanes: 1, width: 1 });
    groupEnd = Math.max(groupEnd, span.to);
  });
  closeGroup();
  return placed;
}

function roomBeside(
  index: number,
  group: readonly number[],
  spans: readonly Span[],
  placed: readonly Lane[],
  lanes: number,
): number {
  const own = spans[index]!;
  let limit = lanes;
  for (const other of group) {
    const span = spans[other]!;
    const isBeside = other !== index && span.from < own.to && span.to > own.from;
    if (isBeside && placed[other]!.lane > placed[index]!.lane) limit = Math.min(limit, placed[other]!.lane);
  }
  return limit - placed[index]!.lane;
}
