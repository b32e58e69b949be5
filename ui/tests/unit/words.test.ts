import { beforeEach, expect, it } from 'vitest';
import { boxWords, shownOf } from '$areas/schedule/board/words';
import type { Box } from '$areas/schedule/board/layout';
import { MARKS } from '$areas/schedule/board/marks';
import { useLanguage } from '$lib/i18n/index.svelte';
import { takeAppState } from '$lib/session.svelte';
import { formatClock, formatEndOn, formatMoney, formatTimeOn } from '$lib/time/format';
import { makeClinic } from '../mock/clinic';

beforeEach(() => takeAppState(makeClinic({ timezone: 'Europe/Madrid' }).app));
const DAY = 86_400_000;
const at = (text: string) => Date.parse(`${text}+01:00`);

it('says a time with its day where that is not the one that is shown', () => {
  expect(formatTimeOn(at('2026-11-16T16:00'), '2026-11-16')).toBe('16:00');
  expect(formatTimeOn(at('2026-11-16T16:00'), '2026-11-18')).toMatch(/^Mon,? 16:00$/);
  expect(formatTimeOn(at('2026-11-16T16:00'), '2026-11-24')).toMatch(/^16 Nov,? 16:00$/);
});

it('counts midnight to the day that ends with it', () => {
  expect(formatEndOn(at('2026-11-17T00:00'), '2026-11-16')).toMatch(/^0?0:00$/);
  expect(formatEndOn(at('2026-11-17T00:01'), '2026-11-16')).toMatch(/^Tue,? 0?0:01$/);
});

it('leaves out which half of the day it is where the hours beside it say so', async () => {
  expect(formatClock(at('2026-11-16T16:05'))).toBe('16:05');
  await useLanguage('en', 'US');
  expect(formatClock(at('2026-11-16T16:05'))).toBe('4:05');
  await useLanguage('en', 'GB');
});

it('shows of a visit what there is room for', () => {
  const words = { time: '9:00', who: 'Luna Paz', what: 'Check-up', state: 'Confirmed', label: '' };
  const shown = (lines: number, isNarrow = false, isSlim = false) => {
    const { mark, time, who, what, flow } = shownOf(words, 'confirmed', { lines, isNarrow, isSlim });
    return [mark + time + who + what, flow];
  };
  const { confirmed } = MARKS;
  expect(shown(1)).toEqual([`${confirmed}\u00a09:00 Luna Paz  Check-up`, 'ellipsis']);
  expect(shown(2)).toEqual([`${confirmed}\u00a09:00 Luna Paz\nCheck-up · Confirmed`, 'ellipsis']);
  expect(shown(3)).toEqual([`${confirmed}\u00a09:00 Luna Paz\nCheck-up\nConfirmed`, 'wrap']);
  expect(shown(1, true)).toEqual([`${confirmed}\u00a0Luna Paz`, 'clip']);
  expect(shown(2, true)).toEqual([`${confirmed}\u00a0Luna Paz\nCheck-up`, 'wrap']);
  expect(shown(2, true, true)).toEqual(['Luna Paz\nCheck-up', 'wrap']);
});

it('says of a stay on each of its days when it began and when it ends', () => {
  const { visits } = makeClinic({});
  const stay = { starts_at: at('2026-11-16T16:00'), ends_at: at('2026-11-19T17:00') };
  const card = { ...visits[0]!, ...stay, title: null, client_name: 'Ana Paz', pet_name: 'Luna' };
  const on = (date: string, of = card) => {
    const starts_at = at(`${date}T00:00`);
    return boxWords({ card: of } as unknown as Box, { date, starts_at, ends_at: starts_at + DAY }, undefined, '').label;
  };
  expect(on('2026-11-16')).toMatch(/^16:00 – Thu,? 17:00\. Luna/);
  expect(on('2026-11-18')).toMatch(/^Mon,? 16:00 – Thu,? 17:00\. /);
  expect(on('2026-11-19')).toMatch(/^Mon,? 16:00 – 17:00\. /);
  // Midnight belongs to the day that ends with it, and is where the next begins.
  const night = { ...card, starts_at: at('2026-11-16T22:00'), ends_at: at('2026-11-17T00:00') };
  expect(on('2026-11-16', night)).toMatch(/^22:00 – 0?0:00\. /);
  const early = { ...card, starts_at: at('2026-11-17T00:00'), ends_at: at('2026-11-17T01:00') };
  expect(on('2026-11-17', early)).toMatch(/^0?0:00 – 0?1:00\. /);
});

it('writes money with the decimals that the core says, whatever the browser would take', () => {
  const { app } = makeClinic({});
  const shown = (currency: string, currency_digits: number) => {
    takeAppState({ ...app, clinic: { ...app.clinic!, currency, currency_digits } });
    return formatMoney(4_500_000).replace(/[^\d.,]/g, '');
  };
  expect(shown('COP', 2)).toBe('45,000.00');
  expect(shown('IQD', 3)).toBe('4,500.000');
  expect(shown('JPY', 0)).toBe('4,500,000');
});
