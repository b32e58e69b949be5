import { describe, expect, it } from 'vitest';
import type { AppointmentCard, MedicalRecord, Pet, TimelineEntry } from '$lib/backend';
import { breedsLike } from '$areas/pet/breeds';
import { chartOf } from '$areas/pet/chart';
import { planned } from '$areas/pet/farewell';
import { petDetailsOf, petFormOf } from '$areas/pet/pet-form';
import { stretches } from '$areas/pet/timeline';
import { vaccinationsOf } from '$areas/pet/vaccinations';
import { mergedForm } from '$lib/data/form-merge';
import { correctionOf, dayProblem, weighedAt, weightFormOf } from '$areas/pet/weight-form';

const ZONE = 'Europe/Madrid';
const at = (text: string) => Date.parse(text);
const NOW = at('2026-11-20T10:00:00Z');

const visit = (id: string, starts: string, status = 'confirmed'): TimelineEntry => ({
  kind: 'visit',
  visit: { id, starts_at: at(starts), ends_at: at(starts) + 1_800_000, status } as AppointmentCard,
  notes: null,
});
const record = (id: string, recorded: string, more: Partial<MedicalRecord> = {}): TimelineEntry => ({
  kind: 'record',
  record: { id, record_kind: 'note', title: '', recorded_at: at(recorded), due_on: null, ...more } as MedicalRecord,
});
const idOf = (entry: TimelineEntry) => (entry.kind === 'visit' ? entry.visit.id : entry.record.id);

describe('a timeline', () => {
  const timeline = [
    visit('later', '2026-12-24T09:00:00Z'),
    visit('soon', '2026-11-23T09:00:00Z'),
    visit('now', '2026-11-20T09:45:00Z', 'in_progress'),
    visit('off', '2026-11-19T09:00:00Z', 'cancelled'),
    record('note', '2026-01-02T09:00:00Z'),
    // Still 2025 in UTC, 2026 on the clinic's wall.
    record('eve', '2025-12-31T23:30:00Z'),
    visit('past', '2025-03-01T09:00:00Z', 'completed'),
  ];
  const shape = (part: 'all' | 'visits' | 'records') =>
    stretches(timeline, part, NOW, ZONE).map(({ key, entries }) => [key, ...entries.map(idOf)].join(' '));

  it('begins with what is planned, the soonest first, and goes back by the years of the clinic', () => {
    expect(shape('all')).toEqual(['coming now soon later', '2026 off note eve', '2025 past']);
  });

  it('shows visits or records alone', () => {
    expect(shape('visits')).toEqual(['coming now soon later', '2026 off', '2025 past']);
    expect(shape('records')).toEqual(['2026 note eve']);
  });

  it('names the visits that end with a life: to come, and not begun', () => {
    expect(planned(timeline, NOW).map(({ id }) => id)).toEqual(['soon', 'later']);
  });
});

describe('vaccinations', () => {
  const shot = (title: string, given: string, due: string | null) =>
    record(title, given, { record_kind: 'vaccination', title, due_on: due });

  it('counts the latest of each, the most pressing first', () => {
    const timeline = [
      shot('Rabies ', '2026-06-01T09:00:00Z', '2027-06-01'),
      shot('Leptospirosis', '2025-12-05T09:00:00Z', '2026-12-05'),
      shot('rabies', '2025-06-01T09:00:00Z', '2026-06-01'),
      shot('Parvo', '2024-01-01T09:00:00Z', '2026-11-19'),
      shot('Primer', '2023-01-01T09:00:00Z', null),
    ];
    expect(vaccinationsOf(timeline, '2026-11-20').map(({ title, standing }) => [title, standing])).toEqual([
      ['Parvo', 'overdue'],
      ['Leptospirosis', 'soon'],
      ['Rabies ', 'good'],
      ['Primer', 'once'],
    ]);
  });

  it('is due, not overdue, on the day itself', () => {
    const [only] = vaccinationsOf([shot('Rabies', '2025-11-20T09:00:00Z', '2026-11-20')], '2026-11-20');
    expect(only?.standing).toBe('soon');
  });
});

describe('the chart of weights', () => {
  const box = { width: 300, height: 150, left: 50, bottom: 20 };
  const chart = (...grams: number[]) =>
    chartOf(
      grams.map((value, index) => ({ recorded_at: NOW + index * 86_400_000, grams: value })),
      box,
    );

  it('draws nothing of nothing', () => {
    expect(chartOf([], box)).toEqual({ points: [], rules: [] });
  });

  it('puts every weight between the outermost lines, and inside the box', () => {
    for (const grams of [[3120, 3300, 3490], [450], [12_000, 12_000], [27_100, 31_400, 8200]]) {
      const { points, rules } = chart(...grams);
      expect(points).toHaveLength(grams.length);
      expect(rules.length).toBeGreaterThanOrEqual(2);
      expect(rules.length).toBeLessThanOrEqual(6);
      for (const { x, y } of points) {
        expect(x).toBeGreaterThanOrEqual(box.left);
        expect(x).toBeLessThanOrEqual(box.width);
        expect(y).toBeLessThanOrEqual(rules[0]!.y);
        expect(y).toBeGreaterThanOrEqual(rules.at(-1)!.y);
      }
    }
  });

  it('goes up where the pet got heavier', () => {
    const { points } = chart(3000, 4000);
    expect(points[1]!.y).toBeLessThan(points[0]!.y);
    expect(points[1]!.x).toBeGreaterThan(points[0]!.x);
  });

  it('draws its lines at round weights of the unit', () => {
    const pounds = chartOf(
      [
        { recorded_at: NOW, grams: 2600 },
        { recorded_at: NOW + 1, grams: 3400 },
      ],
      box,
      453.59237,
    );
    for (const { grams } of pounds.rules) expect(((grams / 453.59237) * 10) % 1).toBeCloseTo(0, 6);
  });
});

describe('the form of a pet', () => {
  const pet = { name: 'Otis', species: 'cat', sex: 'male', is_neutered: null, weight_grams: 3521, breed: null } as Pet;

  it('keeps a weight to the gram where it was not touched, whatever the unit shows of it', () => {
    const form = petFormOf(pet, 'lb');
    expect(form.weight).toBe(7.76);
    expect(petDetailsOf(form, 'lb', pet).weight_grams).toBe(3521);
    expect(petDetailsOf({ ...form, weight: 8 }, 'lb', pet).weight_grams).toBe(3629);
    expect(petDetailsOf({ ...form, weight: null }, 'lb', pet).weight_grams).toBeNull();
  });

  it('keeps a weight that another desk wrote while the form was open', () => {
    const form = petFormOf(pet, 'lb');
    const live = { ...pet, weight_grams: 4003 };
    const saved = (typed: typeof form) =>
      petDetailsOf(mergedForm(typed, form, petFormOf(live, 'lb')), 'lb', live).weight_grams;
    expect(saved(form)).toBe(4003);
    expect(saved({ ...form, weight: 8 })).toBe(3629);
  });
});

it('a weight is of now, of the noon of another day, or of when it was', () => {
  const [zone, now] = ['Europe/Madrid', Date.parse('2026-11-20T10:12:00+01:00')];
  expect(weighedAt('2026-11-20', now, zone)).toBeNull();
  expect(weighedAt('2026-11-18', now, zone)).toBe(Date.parse('2026-11-18T12:00:00+01:00'));
  const kept = Date.parse('2026-11-18T17:30:00+01:00');
  expect(weighedAt('2026-11-18', now, zone, kept)).toBeNull();
  expect(weighedAt('2026-11-20', now, zone, kept)).toBe(now);
  expect(dayProblem('2026-11-21', '2026-11-20', null)).toBe('future');
  expect(dayProblem('2026-11-18', '2026-11-20', '2026-11-19')).toBe('unborn');
  expect(dayProblem('2026-11-20', '2026-11-20', '2026-11-20')).toBeNull();
});

it('a weight that is set right keeps what another desk wrote of it meanwhile', () => {
  const point = { id: 'w', grams: 9004, recorded_at: at('2026-11-18T16:30:00Z') };
  const start = weightFormOf(point, 'lb', ZONE);
  const kept = { ...point, grams: 8003, recorded_at: at('2026-11-17T11:00:00Z') };
  const sent = (change: object) =>
    correctionOf({ ...start, ...change }, start, kept, { unit: 'lb', now: NOW, zone: ZONE });
  expect(sent({})).toEqual({ record_id: 'w', grams: 8003, recorded_at: null });
  expect(sent({ date: '2026-11-16' })).toEqual({
    record_id: 'w',
    grams: 8003,
    recorded_at: at('2026-11-16T11:00:00Z'),
  });
  expect(sent({ typed: 20 })).toEqual({ record_id: 'w', grams: 9072, recorded_at: null });
});

describe('breeds that are offered', () => {
  const known = [
    'Bodeguero',
    'Jack Russell Terrier',
    'German Wirehaired Pointer',
    'Pomeranian',
    'Sporting Dog',
    'poodle',
  ];

  it('are those that begin as typed, then those with a word that does, then those that have it anywhere', () => {
    expect(breedsLike(known, ' PO')).toEqual(['Pomeranian', 'poodle', 'German Wirehaired Pointer', 'Sporting Dog']);
  });

  it('are the first of all where nothing is typed, and never so many that nobody reads them', () => {
    expect(breedsLike(known, '')).toEqual(known);
    expect(breedsLike(Array(20).fill('x'), 'x')).toHaveLength(8);
    expect(breedsLike(known, 'Wolpertinger')).toEqual([]);
  });
});
