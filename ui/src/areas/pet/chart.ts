import type { WeightPoint } from '$lib/backend';

/** A weight, and when it was taken. */
export type Weighed = Pick<WeightPoint, 'recorded_at' | 'grams'>;

/** A chart of weights, in the pixels of its box: a point a weight, and the lines that say how high it goes. */
export interface Chart {
  points: { x: number; y: number; point: Weighed }[];
  /** Lines across, each with what it stands for in the unit's grams. */
  rules: { y: number; grams: number }[];
}

export interface Box {
  width: number;
  height: number;
  /** Room for what the lines stand for. */
  left: number;
  /** Room for the dates. */
  bottom: number;
}

const AIR = 8;

/** Round steps, so that two to four lines cross the chart; in units (kilograms, pounds) of so many grams. */
function stepOf(span: number, unit: number): number {
  const rough = span / unit / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((times) => times * power >= rough) ?? 10;
  return step * power * unit;
}

/** Lays weights (oldest first) out: time to the right, weight upwards. The scale begins where the weights do, not at nought. */
export function chartOf(weights: readonly Weighed[], box: Box, unit = 1000): Chart {
  if (weights.length === 0) return { points: [], rules: [] };
  const grams = weights.map((point) => point.grams);
  const [least, most] = [Math.min(...grams), Math.max(...grams)];
  const step = stepOf(Math.max(most - least, most * 0.05, 1), unit);
  const [low, high] = [
    Math.floor(least / step) * step,
    Math.max(Math.ceil(most / step), Math.floor(least / step) + 1) * step,
  ];
  const times = weights.map((point) => point.recorded_at);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const wide = box.width - box.left - AIR;
  const x = (at: number): number => box.left + (to === from ? wide / 2 : ((at - from) / (to - from)) * wide);
  const y = (value: number): number => AIR + (1 - (value - low) / (high - low)) * (box.height - box.bottom - AIR);
  const count = Math.round((high - low) / step) + 1;
  return {
    points: weights.map((point) => ({ x: x(point.recorded_at), y: y(point.grams), point })),
    rules: Array.from({ length: count }, (_, index) => low + index * step).map((value) => ({
      y: y(value),
      grams: value,
    })),
  };
}
