import { expect, it } from 'vitest';
import { LANGUAGES, useLanguage, type Language } from '$lib/i18n/index.svelte';
import { formatDuration } from '$lib/time/format';
import { parseDuration, parseWallTime } from '$lib/time/typed';

it.each([
  ['9', 540],
  ['09:30', 570],
  ['930', 570],
  ['21.15', 1275],
  ['9pm', 1260],
  ['9:30 p.m.', 1290],
  ['12am', 0],
  ['12 pm', 720],
  ['14h', 840],
  ['14h05', 845],
  ['24:00', 1440],
  ['9:30\u202fPM', 1290],
])('reads the time %s', (typed, minutes) => expect(parseWallTime(typed)).toBe(minutes));

it.each(['25', '9:75', '13pm', 'noon', '24:01', '0am'])('refuses the time %s', (typed) =>
  expect(parseWallTime(typed)).toBeUndefined(),
);

it('takes nothing for no time', () => expect(parseWallTime('  ')).toBeNull());

it.each([
  ['45', 45],
  ['45 min', 45],
  ['1:30', 90],
  ['1h', 60],
  ['1h 30', 90],
  ['1.5h', 90],
  ['1,5 h', 90],
  ['2d', 2880],
  ['1 h 30 min', 90],
])('reads the length %s', (typed, minutes) => expect(parseDuration(typed)).toBe(minutes));

it.each(Object.keys(LANGUAGES) as Language[])('reads a length as it is shown (%s)', async (language) => {
  await useLanguage(language);
  for (const minutes of [5, 60, 90, 1440, 1500, 4320, 44_640])
    expect(parseDuration(formatDuration(minutes))).toBe(minutes);
});

it.each(['', '0', 'long', '-5', '99999'])('refuses the length “%s”', (typed) =>
  expect(parseDuration(typed)).toBeUndefined(),
);
