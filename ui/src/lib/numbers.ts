// Numbers as people type them, and as they stand in a field: with a comma or a point, whatever the computer's region.
import { numbersOf } from '$lib/units';

/** The digits of a whole number, whose thousands (in India, lakhs too) may stand apart; `undefined` of what is none. */
function wholeOf(text: string): string | undefined {
  if (/^\d*$/.test(text)) return text;
  const [first = '', ...groups] = text.split(/[., ']/.exec(text)?.[0] ?? ' ');
  const isGrouped =
    /^\d{1,3}$/.test(first) && groups.every((group) => /^\d{2,3}$/.test(group)) && groups.at(-1)!.length === 3;
  return isGrouped ? first + groups.join('') : undefined;
}

/**
 * The number of `3,5`, `3.5`, `1.234,5`; `null` of nothing; `undefined` of what is none.
 *
 * The last comma or point is the decimal sign where at most `digits` digits follow it: of prices, `1,200` is twelve hundred. Without `digits` a sign that
 * stands alone always is: a hamster weighs `0,125`. But where the region parts thousands with a comma (`group`), `1,100` is eleven hundred: read as 1.1
 * it would be wrong by a thousand, and nothing would say so. One of `units` may stand beside it: `4,5 kg`.
 */
export function parseNumber(
  typed: string,
  digits = Infinity,
  units: readonly string[] = [],
  group = '',
): number | null | undefined {
  const all = typed.trim().replace(/\s/g, ' ').replace('−', '-').replaceAll('’', "'");
  if (all === '') return null;
  const text = withoutUnit(all, units);
  // A sum may have its currency beside it.
  const [, minus = '', figures = ''] = /^([-+]?)(?:\p{Sc} ?)?(.*?)(?: ?\p{Sc})?$/u.exec(text) ?? [];
  const last = Math.max(figures.lastIndexOf(','), figures.lastIndexOf('.'));
  const sign = figures[last];
  const fraction = figures.slice(last + 1);
  // A sign that stands twice parts thousands.
  const isThousands = sign === ',' && group === ',' && digits === Infinity && /^[1-9]\d{0,2},\d{3}$/.test(figures);
  const isDecimal = last >= 0 && !isThousands && fraction.length <= digits && figures.indexOf(sign!) === last;
  const whole = wholeOf(isDecimal ? figures.slice(0, last) : figures);
  const rest = isDecimal ? fraction : '';
  if (whole === undefined || !/^\d*$/.test(rest) || whole + rest === '') return undefined;
  const number = Number(`${whole || '0'}.${rest || '0'}`);
  // More than a computer counts is no number that anybody meant.
  if (number > Number.MAX_SAFE_INTEGER) return undefined;
  return minus === '-' ? -number : number;
}

function withoutUnit(text: string, units: readonly string[]): string {
  const lower = text.toLowerCase();
  const [after] = units.filter((unit) => lower.endsWith(unit.toLowerCase()));
  if (after) return text.slice(0, -after.length).trimEnd();
  const [before] = units.filter((unit) => lower.startsWith(unit.toLowerCase()));
  // The point of an abbreviation (`S/.`, `Bs.`) is none of the number.
  return before ? text.slice(before.length).replace(/^\./, '').trimStart() : text;
}

const groups = new Map<string, string>();

/** What parts the thousands in a region: of English in Spain it is the point, whatever the language has elsewhere. */
export function groupSign(locale: string): string {
  let found = groups.get(locale);
  if (found === undefined) {
    const parts = new Intl.NumberFormat(locale).formatToParts(1_000_000);
    groups.set(locale, (found = parts.find(({ type }) => type === 'group')?.value ?? ''));
  }
  return found;
}

const formats = new Map<string, Intl.NumberFormat>();

/** A number as it is typed in a language: without thousands, and with `digits` decimals where they are given. */
export function typedNumber(value: number, locale: string, digits?: number): string {
  const key = `${locale}|${digits}`;
  let format = formats.get(key);
  if (!format) {
    const decimals = { minimumFractionDigits: digits ?? 0, maximumFractionDigits: digits ?? 6 };
    format = new Intl.NumberFormat(numbersOf(locale), { ...decimals, useGrouping: false, numberingSystem: 'latn' });
    formats.set(key, format);
  }
  return format.format(value);
}
