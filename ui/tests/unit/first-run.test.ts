import { expect, it } from 'vitest';
import {
  currencies,
  currencyOf,
  LOCALES,
  nearestLocale,
  offeredLocales,
  startLocale,
} from '$areas/first-run/new-clinic';

it('a clinic is of the computer’s country, whether or not it is in the list', () => {
  expect(['es-PE', 'en-ZA', 'de-DE', 'en-GB'].map(nearestLocale)).toEqual(['es-PE', 'en-ZA', 'de-DE', 'en-GB']);
  expect(['es-PE', 'en-ZA', 'de-DE', 'en-GB'].map(currencyOf)).toEqual(['PEN', 'ZAR', 'EUR', 'GBP']);
  expect(nearestLocale('zh-Hant-TW')).toBe('zh-TW');
});

it('a computer that names no country gets one of its language, and no nonsense does harm', () => {
  expect(['es', 'es-419', 'ca', 'c', ''].map(nearestLocale)).toEqual(['es-ES', 'es-ES', 'en-US', 'en-US', 'en-US']);
});

it('nobody is given another country’s currency', () => {
  expect(currencyOf('en-KE')).toBe('');
  const offered = currencies('es').find(({ value }) => value === 'KES');
  expect(offered?.label).toMatch(/^KES · chel/);
});

it('the computer’s own region is offered first, and once', () => {
  expect(offeredLocales('en-ZA')).toEqual(['en-ZA', ...LOCALES]);
  const here = offeredLocales('es-ES');
  expect([here[0], here.length]).toEqual(['es-ES', LOCALES.length]);
});

it('a clinic begins in the language that was chosen for the screen', () => {
  const cases = [
    ['en-GB', 'en', 'en-GB'],
    ['en-GB', 'es', 'es-GB'],
    ['es-PE', 'en', 'en-PE'],
    ['de-DE', 'es', 'es-DE'],
    ['c', 'es', 'es-ES'],
  ];
  for (const [own, language, begun] of cases) expect(startLocale(own!, language!)).toBe(begun);
  expect(currencyOf(startLocale('es-PE', 'en'))).toBe('PEN');
});
