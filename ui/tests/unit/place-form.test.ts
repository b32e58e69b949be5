import { expect, it } from 'vitest';
import { endOf, movedEnd, placeFormOf, startOf } from '$areas/visit/place-form';

const MADRID = 'Europe/Madrid';
/** In the second half of the hour that comes twice when the clocks are put back. */
const visit = {
  starts_at: Date.parse('2026-10-25T02:30:00+01:00'),
  ends_at: Date.parse('2026-10-25T03:15:00+01:00'),
  staff_id: 'anna',
};

it('a visit whose time nobody touched stays at its instant, in an hour that comes twice, too', () => {
  const form = placeFormOf(visit, MADRID);
  expect(form).toEqual({ date: '2026-10-25', minutes: 150, staffId: 'anna', duration: 45 });
  expect(startOf({ ...form, staffId: 'ben', duration: 60 }, visit, MADRID)).toBe(visit.starts_at);
});

it('a time that is typed is read from the clinic’s wall', () => {
  const form = placeFormOf(visit, MADRID);
  expect(startOf({ ...form, minutes: 600 }, visit, MADRID)).toBe(Date.parse('2026-10-25T10:00:00+01:00'));
  expect(startOf({ ...form, date: '2026-10-26' }, visit, MADRID)).toBe(Date.parse('2026-10-26T02:30:00+01:00'));
  expect(startOf({ ...form, minutes: null }, visit, MADRID)).toBeNull();
});

it('a stay is as long as the clock on the wall says, and ends by it', () => {
  const stay = {
    starts_at: Date.parse('2026-10-23T10:00:00+02:00'),
    ends_at: Date.parse('2026-10-26T10:00:00+01:00'),
    staff_id: 'anna',
  };
  const { duration } = placeFormOf(stay, MADRID, true);
  expect(duration).toBe(3 * 1440);
  expect(endOf(stay.starts_at, duration, true, MADRID)).toBe(stay.ends_at);
  const night = Date.parse('2026-10-24T18:00:00+02:00');
  expect(endOf(night, 960, true, MADRID)).toBe(Date.parse('2026-10-25T10:00:00+01:00'));
  expect(endOf(night, 960, false, MADRID)).toBe(Date.parse('2026-10-25T09:00:00+01:00'));
});

it('a stay that is moved over a change of clocks ends at the same time of day, a visit after as many minutes', () => {
  const zone = 'Europe/Berlin';
  const at = (time: string): number => Date.parse(time);
  const visit = (from: string, to: string) => ({ starts_at: at(from), ends_at: at(to), staff_id: null });
  // The clocks are put back on Sunday, 25 October 2026, at three.
  const [friday, tuesday] = [at('2026-10-23T10:00:00+02:00'), at('2026-10-27T10:00:00+01:00')];
  const summer = visit('2026-10-20T10:00:00+02:00', '2026-10-23T10:00:00+02:00');
  expect(movedEnd(summer, friday, true, zone)).toBe(at('2026-10-26T10:00:00+01:00'));
  // Longer than a day, it is a stay whatever it is for.
  expect(movedEnd(summer, friday, false, zone)).toBe(at('2026-10-26T10:00:00+01:00'));
  const across = visit('2026-10-23T10:00:00+02:00', '2026-10-26T10:00:00+01:00');
  expect(movedEnd(across, tuesday, true, zone)).toBe(at('2026-10-30T10:00:00+01:00'));
  const night = visit('2026-10-23T20:00:00+02:00', '2026-10-24T08:00:00+02:00');
  const saturday = at('2026-10-24T20:00:00+02:00');
  expect(movedEnd(night, saturday, true, zone)).toBe(at('2026-10-25T08:00:00+01:00'));
  expect(movedEnd(night, saturday, false, zone)).toBe(at('2026-10-25T07:00:00+01:00'));
});
