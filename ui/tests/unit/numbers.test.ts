import { describe, expect, it } from 'vitest';
import { groupSign, parseNumber, typedNumber } from '$lib/numbers';

describe('a number that is typed', () => {
  it.each([
    ['3,5', 3.5],
    ['3.5', 3.5],
    [' 12 ', 12],
    ['0,125', 0.125],
    ['1.234', 1.234],
    ['1.234,5', 1234.5],
    ['1,234.5', 1234.5],
    ['1 234,5', 1234.5],
    ['1.234.567', 1_234_567],
    [',5', 0.5],
    ['5.', 5],
    ['-2,5', -2.5],
    ['−2', -2],
  ])('is read: %s', (typed, value) => expect(parseNumber(typed)).toBe(value));

  it.each(['3,5,1', '3 kg', 'many', '.', '-', '1e3', '1,23.4,5', '€', '--2', '3 5', '3€5'])('is none: %s', (typed) =>
    expect(parseNumber(typed)).toBeUndefined(),
  );

  it('is nothing where nothing stands', () => expect(parseNumber('  ')).toBeNull());
});

describe('a number that is typed where a comma parts thousands', () => {
  it.each([
    ['1,100', 1100],
    ['-12,500', -12_500],
    ['0,125', 0.125],
    ['4,5', 4.5],
    ['3,75', 3.75],
    [',125', 0.125],
    ['1.100', 1.1],
    ['1234,567', 1234.567],
    ['1,100.5', 1100.5],
    ['1,2345', 1.2345],
  ])('is read: %s', (typed, value) => expect(parseNumber(typed, Infinity, [], groupSign('en-US'))).toBe(value));

  it('is none of these where the region has another sign', () => {
    expect(['en-US', 'en-GB', 'es-MX', 'es-ES', 'en-ES'].map(groupSign)).toEqual([',', ',', ',', '.', '.']);
    expect(parseNumber('1,100', Infinity, [], groupSign('en-ES'))).toBe(1.1);
    expect(parseNumber('1,100 lb', Infinity, ['lb'], groupSign('en-US'))).toBe(1100);
  });
});

describe('a price that is typed', () => {
  it.each([
    ['1,200', 1200],
    ['1.200', 1200],
    ['12,5', 12.5],
    ['12.50', 12.5],
    ['1.234,50', 1234.5],
    ['1,234.50', 1234.5],
    ['1’234.50', 1234.5],
    ['1 234,50 €', 1234.5],
    ['$1,234,567.5', 1_234_567.5],
    ['1,00,000.50', 100_000.5],
    ['1200', 1200],
    ['-5', -5],
  ])('is read: %s', (typed, value) => expect(parseNumber(typed, 2)).toBe(value));

  it.each(['12,3456', '1,2345', '1,234,50', '12,5,0', '1.23.456,5x', 'free'])('is none: %s', (typed) =>
    expect(parseNumber(typed, 2)).toBeUndefined(),
  );

  it('has no decimals where the currency has none, and three where it has three', () => {
    expect(parseNumber('1.200', 0)).toBe(1200);
    expect(parseNumber('1,234,567', 0)).toBe(1_234_567);
    expect(parseNumber('12,5', 0)).toBeUndefined();
    expect(parseNumber('1.200', 3)).toBe(1.2);
  });
});

it('stands in a field as the language writes it', () => {
  expect(typedNumber(3.5, 'en-GB')).toBe('3.5');
  expect(typedNumber(3.5, 'es-ES')).toBe('3,5');
  expect(typedNumber(1234.5, 'es-ES', 2)).toBe('1234,50');
  expect(typedNumber(1234.5, 'en-ES', 2)).toBe('1234.50');
  expect(typedNumber(0.125, 'es-ES')).toBe('0,125');
});

describe('a number with its unit beside it', () => {
  const units = ['kg', 'kilos', '€', 'S/'];
  it.each([
    ['4,5 kg', 4.5],
    ['4.5KG', 4.5],
    ['-2 kilos', -2],
    ['€ 3', 3],
    ['S/.40', 40],
    ['S/ 40.50', 40.5],
    ['4', 4],
  ])('is read: %s', (typed, value) => expect(parseNumber(typed, Infinity, units)).toBe(value));

  it.each(['4 lb', 'kg', '4 kg 2', '4 kg kg', '9'.repeat(20)])('is none: %s', (typed) =>
    expect(parseNumber(typed, Infinity, units)).toBeUndefined(),
  );
});
