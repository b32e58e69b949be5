import { describe, expect, it } from 'vitest';
import { fewOf } from '../../src/areas/visit/slots';

const ZONE = 'Europe/Madrid';
const slot = (at: string) => {
  const starts_at = Date.parse(`2026-11-${at}:00+01:00`);
  return { staff_id: 'a', starts_at, ends_at: starts_at + 1_800_000 };
};
const told = (slots: ReturnType<typeof slot>[], most = 8) =>
  fewOf(slots, ZONE, most).map(({ starts_at }) => new Date(starts_at + 3_600_000).toISOString().slice(8, 16));

describe('a few of many free times', () => {
  const day = (date: string) =>
    ['08:00', '08:15', '08:30', '08:45', '09:00', '11:45', '12:00', '12:15', '15:00', '16:00', '17:00'].map((time) =>
      slot(`${date}T${time}`),
    );

  it('are some of the morning and some of the afternoon', () => {
    expect(told(day('20'))).toEqual([
      ...['20T08:00', '20T08:15', '20T08:30', '20T08:45'],
      ...['20T12:00', '20T12:15', '20T15:00', '20T16:00'],
    ]);
  });

  it('go on with the next day where one half of a day has too little', () => {
    const late = [slot('20T16:00'), slot('20T17:00'), ...day('21')];
    expect(told(late)).toEqual([
      ...['20T16:00', '20T17:00', '21T08:00', '21T08:15', '21T08:30', '21T08:45'],
      ...['21T12:00', '21T12:15'],
    ]);
  });

  it('are all where there are no more', () => {
    expect(told([slot('20T08:00')])).toEqual(['20T08:00']);
    expect(told([])).toEqual([]);
  });
});
