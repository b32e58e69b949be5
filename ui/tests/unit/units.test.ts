import { describe, expect, it } from 'vitest';
import { changeText, gramsOf, numbersOf, typedOf, weightText, weightUnitOf } from '$lib/units';

describe('weights', () => {
  it('are in pounds where people weigh in pounds', () => {
    expect(weightUnitOf('en-US')).toBe('lb');
    expect(weightUnitOf('es-US')).toBe('lb');
    expect(weightUnitOf('en')).toBe('lb');
    expect(['en-GB', 'es-ES', 'es', 'en-CA'].map(weightUnitOf)).toEqual(['kg', 'kg', 'kg', 'kg']);
  });

  it('go to grams and come back as they were typed', () => {
    for (const typed of [0.03, 0.45, 3.2, 27.55, 640])
      for (const unit of ['kg', 'lb'] as const) expect(typedOf(gramsOf(typed, unit), unit)).toBe(typed);
    expect(gramsOf(null, 'kg')).toBeNull();
    expect(typedOf(null, 'lb')).toBeNull();
    expect(gramsOf(10, 'lb')).toBe(4536);
    // What the core could not read would be no refusal of a weight, but a failure.
    expect(gramsOf(5_000_000, 'kg')).toBe(2 ** 32 - 1);
  });

  it('are written as small or as large as they are', () => {
    expect(weightText(450, 'en-GB')).toBe('450 g');
    expect(weightText(3210, 'en-GB')).toBe('3.21 kg');
    expect(weightText(27_340, 'en-GB')).toBe('27.3 kg');
    expect(weightText(27_340, 'en-US')).toBe('60.3 lb');
    expect(weightText(120, 'en-US')).toBe('4.23 oz');
    expect(weightText(3200, 'es-ES')).toBe('3,2 kg');
  });

  it('have one decimal sign on a screen, whatever the region', () => {
    expect(weightText(3320, 'en-ES')).toBe('3.32 kg');
    expect(['en-ES', 'en-DE', 'en-GB', 'es-ES'].map(numbersOf)).toEqual(['en', 'en', 'en-GB', 'es-ES']);
  });

  it('say how much came or went', () => {
    expect(changeText(3000, 3400, 'en-GB')).toBe('+400 g');
    expect(changeText(13_200, 12_000, 'en-GB')).toBe('−1.2 kg');
    expect(changeText(3000, 3000, 'en-GB')).toBe('');
  });

  it('agrees with the weights that are shown beside it', () => {
    // 12.3 kg and 12.5 kg are read: what was weighed is 151 g apart.
    expect([weightText(12_349, 'en-GB'), weightText(12_500, 'en-GB')]).toEqual(['12.3 kg', '12.5 kg']);
    expect(changeText(12_349, 12_500, 'en-GB')).toBe('+200 g');
    expect(changeText(12_310, 12_330, 'en-GB')).toBe('');
    expect(changeText(9_996, 10_040, 'en-GB')).toBe('');
    // 12.1 lb and 11.9 lb: a fifth of a pound.
    expect(changeText(5_488, 5_398, 'en-US')).toBe('−3.2 oz');
  });
});
