import type { WeightPoint } from '$lib/backend';

/** The points of a line through weights, in a box: time to the right, weight upwards, with a little air above and below. */
export function lineOf(weights: WeightPoint[], width: number, height: number): [number, number][] {
  if (weights.length === 0) return [];
  const times = weights.map((point) => point.recorded_at);
  const grams = weights.map((point) => point.grams);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const [least, most] = [Math.min(...grams), Math.max(...grams)];
  const air = (most - least || most || 1) * 0.1;
  const x = (at: number): number => (to === from ? width / 2 : ((at - from) / (to - from)) * width);
  const y = (weight: number): number => height - ((weight - least + air) / (most - least + 2 * air)) * height;
  return weights.map((point) => [Math.round(x(point.recorded_at) * 10) / 10, Math.round(y(point.grams) * 10) / 10]);
}
