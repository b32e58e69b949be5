// Weights in the unit of the clinic's region. Kept and sent in grams, always.
export type WeightUnit = 'kg' | 'lb';

const GRAMS: Record<WeightUnit, number> = { kg: 1000, lb: 453.59237 };
const GRAMS_OF_OUNCE = GRAMS.lb / 16;
/** The regions that weigh in pounds. */
const POUND_REGIONS = new Set(['US', 'LR', 'MM']);

export const weightUnitOf = (locale: string): WeightUnit =>
  POUND_REGIONS.has(new Intl.Locale(locale).maximize().region ?? '') ? 'lb' : 'kg';

/** How a unit is written beside a number that is typed. */
export const WRITTEN: Record<WeightUnit, string[]> = { kg: ['kg', 'kgs', 'kilos', 'kilo'], lb: ['lb', 'lbs'] };

/** More grams than any patient has: the core says no to them, and could not even read what is more. */
const TOO_MANY = 2 ** 32 - 1;
/** What was typed, in grams. */
export const gramsOf = (typed: number | null, unit: WeightUnit): number | null =>
  typed === null ? null : Math.min(TOO_MANY, Math.round(typed * GRAMS[unit]));

/** Grams as they are typed: two decimals are enough for the smallest patient in either unit. */
export const typedOf = (grams: number | null, unit: WeightUnit): number | null =>
  grams === null
    ? null
    : Math.round((grams / GRAMS[unit]) * (unit === 'kg' ? 1000 : 100)) / (unit === 'kg' ? 1000 : 100);

const SIGNS = new Map<string, boolean>();
/** Whether prices have the same decimal sign as other numbers. */
function isOfOneSign(locale: string): boolean {
  let found = SIGNS.get(locale);
  if (found === undefined) {
    const signOf = (options?: Intl.NumberFormatOptions): string | undefined =>
      new Intl.NumberFormat(locale, options).formatToParts(1.5).find(({ type }) => type === 'decimal')?.value;
    SIGNS.set(locale, (found = signOf() === signOf({ style: 'currency', currency: 'EUR' })));
  }
  return found;
}

/**
 * The locale that numbers are written in. CLDR has "€128.50" but "3,32 kg" of English in Spain or Germany: there the
 * language alone decides, so that no screen has both.
 */
export const numbersOf = (locale: string): string => (isOfOneSign(locale) ? locale : new Intl.Locale(locale).language);

const GRAMS_OF = { gram: 1, kilogram: GRAMS.kg, ounce: GRAMS_OF_OUNCE, pound: GRAMS.lb };

/** A weight in the unit that it is shown in, and with how many decimals. */
function shownIn(grams: number, locale: string) {
  const isKilos = weightUnitOf(locale) === 'kg';
  const large = isKilos ? 'kilogram' : 'pound';
  const name = Math.abs(grams) < GRAMS_OF[large] ? (isKilos ? 'gram' : 'ounce') : large;
  const value = grams / GRAMS_OF[name];
  return { value, name, digits: Math.abs(value) < 10 && name !== 'gram' ? 2 : 1 } as const;
}

/** What is shown of a weight, in grams: what is counted with it agrees with what is read. */
export function shownGrams(grams: number, locale: string): number {
  const { value, name, digits } = shownIn(grams, locale);
  return Number(value.toFixed(digits)) * GRAMS_OF[name];
}

/** 3.2 kg, 450 g, 7.1 lb, 9 oz */
export function weightText(grams: number, locale: string): string {
  const { value, name, digits: maximumFractionDigits } = shownIn(grams, locale);
  const format = new Intl.NumberFormat(numbersOf(locale), { style: 'unit', unit: name, maximumFractionDigits });
  return format.format(value);
}

/** `+400 g`, `−1.2 kg` between two weights as they are shown; nothing where those are the same. */
export function changeText(from: number, to: number, locale: string): string {
  // To a tenth of a gram: what is left of decimals that a computer cannot write is no change.
  const change = Math.round((shownGrams(to, locale) - shownGrams(from, locale)) * 10) / 10;
  return change === 0 ? '' : `${change > 0 ? '+' : '−'}${weightText(Math.abs(change), locale)}`;
}
