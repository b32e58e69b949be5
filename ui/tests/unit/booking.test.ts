import { describe, expect, it } from 'vitest';
import type { Service, Staff } from '$lib/backend';
import { bufferOfHours } from '$lib/data/hours';
import {
  canWalkIn,
  emptyBooking,
  emptyLine,
  fromToday,
  isOfLine,
  isWorthKeeping,
  lengthBeside,
  onlyLine,
  placeLines,
  refusedLine,
  servicesFor,
  slotOf,
  staffFor,
  takeFor,
  toInput,
  usualService,
  walkInStart,
  withoutPet,
  withPet,
  type Line,
} from '$areas/booking/booking';
import { petMeant } from '$areas/booking/pet-meant';
import { newClientOf, splitName } from '$areas/booking/names';
import { MINUTE } from '$lib/time/zone';

const service = (id: string, minutes: number, roles: Service['staff_roles'] = []): Service => ({
  id,
  name: id,
  description: null,
  kind: 'medical',
  duration_minutes: minutes,
  buffer_minutes: 0,
  base_price_cents: 1000,
  color: '#000000',
  requires_approval: false,
  advance_booking_days: 90,
  min_advance_hours: 0,
  cancellation_cutoff_hours: 0,
  max_per_slot: 1,
  is_online: false,
  is_active: true,
  staff_roles: roles,
  form_fields: [],
});
const person = (id: string, role: Staff['role'], is_bookable = true): Staff => ({
  id,
  first_name: id,
  last_name: '',
  email: null,
  role,
  color: '#000000',
  is_active: true,
  is_bookable,
  has_pin: false,
});
const SERVICES = [service('exam', 30, ['veterinarian']), service('groom', 60, ['groomer'])];
const STAFF = [person('vet', 'veterinarian'), person('groomer', 'groomer'), person('desk', 'front_desk', false)];
const NINE = Date.parse('2026-11-20T09:00:00+01:00');

describe('a family in one go', () => {
  it('comes one after the other with the same colleague, and at once with two', () => {
    const lines = [
      { ...emptyLine(), petId: 'a', serviceId: 'exam' },
      { ...emptyLine(), petId: 'b', serviceId: 'exam' },
      { ...emptyLine(), petId: 'c', serviceId: 'groom', staffId: 'groomer' },
      { ...emptyLine(), petId: 'd', serviceId: 'groom', staffId: 'groomer', duration: 20 },
    ];
    const placed = placeLines(lines, NINE, 'vet', SERVICES);
    expect(
      placed.map(({ staffId, startsAt, endsAt }) => [staffId, (startsAt - NINE) / MINUTE, (endsAt - NINE) / MINUTE]),
    ).toEqual([
      ['vet', 0, 30],
      ['vet', 30, 60],
      ['groomer', 0, 60],
      ['groomer', 60, 80],
    ]);
  });

  it('leaves what a service keeps free between two of a family', () => {
    const services = SERVICES.map((each) => (each.id === 'exam' ? { ...each, buffer_minutes: 10 } : each));
    const lines = ['a', 'b', 'c'].map((petId) => ({ ...emptyLine(), petId, serviceId: 'exam' }));
    const placed = placeLines(lines, NINE, 'vet', services);
    expect(placed.map(({ startsAt }) => (startsAt - NINE) / MINUTE)).toEqual([0, 40, 80]);
  });

  it('leaves what the hours of that day keep free between two of a family', () => {
    const line = {
      id: null,
      staff_id: 'vet',
      day_of_week: 5,
      start: '09:00',
      end: '18:00',
      effective_from: '2026-01-01',
      effective_until: null,
      slot_minutes: 15,
      buffer_minutes: 10,
      max_per_slot: 1,
      breaks: [],
    };
    const ended = { ...line, buffer_minutes: 20, effective_until: '2026-11-19' };
    const lines = ['a', 'b'].map((petId) => ({ ...emptyLine(), petId, serviceId: 'exam' }));
    const buffer = bufferOfHours([line, ended, { ...line, day_of_week: 4, buffer_minutes: 30 }], 'Europe/Madrid');
    const placed = placeLines(lines, NINE, 'vet', SERVICES, buffer);
    expect(placed.map(({ startsAt }) => (startsAt - NINE) / MINUTE)).toEqual([0, 40]);
  });

  it('that is boarded begins together and stays as long as the first, whatever else it comes for', () => {
    const stays: Service[] = [{ ...service('boarding', 1440), kind: 'boarding', buffer_minutes: 30 }, ...SERVICES];
    const first = { ...emptyLine(), petId: 'a', serviceId: 'boarding', duration: 3 * 1440 };
    const both = withPet({ lines: [first], aside: [] }, 'b', stays);
    expect(both.lines[1]).toEqual({ ...first, petId: 'b' });
    const exam = { ...emptyLine(), serviceId: 'exam' };
    const lines = [...both.lines, { ...exam, petId: 'c' }, { ...exam, petId: 'd' }];
    const placed = placeLines(lines, NINE, 'vet', stays, () => 5);
    expect(placed.map(({ startsAt, endsAt }) => [(startsAt - NINE) / MINUTE, (endsAt - NINE) / MINUTE])).toEqual([
      [0, 3 * 1440],
      [0, 3 * 1440],
      [0, 30],
      [35, 65],
    ]);
    // Before it, a visit keeps nothing from beginning either.
    expect(placeLines([lines[2]!, first], NINE, 'vet', stays)[1]!.startsAt).toBe(NINE);
    // What was typed of a visit is of that one alone, and of a stay it is of no visit.
    expect(withPet({ lines: [{ ...exam, petId: 'c', duration: 45 }], aside: [] }, 'd', stays).lines[1]).toEqual({
      ...exam,
      petId: 'd',
    });
    expect([lengthBeside(first, 'exam', stays), lengthBeside(first, 'boarding', stays)]).toEqual([null, 3 * 1440]);
  });

  it('is sent as one booking', () => {
    const booking = {
      ...emptyBooking('2026-11-20'),
      clientId: 'c',
      reason: ' limps ',
      lines: [{ ...emptyLine(), petId: 'a', serviceId: 'exam' }],
    };
    const input = toInput(booking, NINE, 'vet', SERVICES, []);
    expect(input).toMatchObject({
      client_id: 'c',
      booking_method: 'phone',
      overruled: [],
      recurrence: null,
      estimated_cost_cents: 1000,
    });
    expect(input.notes.reason).toBe('limps');
    expect(input.pets).toEqual([
      { pet_id: 'a', service_id: 'exam', staff_id: 'vet', starts_at: NINE, duration_minutes: null, answers: [] },
    ]);
  });
});

describe('a refusal of a family', () => {
  const line = (petId: string, serviceId: string, staffId = '') => ({ ...emptyLine(), petId, serviceId, staffId });
  const at = (minutes: number, staff_id: string) => ({ staff_id, starts_at: NINE + minutes * MINUTE });
  const taken = (of: number, lines: ReturnType<typeof line>[], slot: ReturnType<typeof at>) => {
    const after = takeFor(of, slot, { lines, startsAt: NINE, staffId: 'vet' }, SERVICES);
    const placed = placeLines(after.lines, after.startsAt, after.lines[0]!.staffId, SERVICES);
    return placed.map(({ staffId, startsAt }) => [staffId, (startsAt - NINE) / MINUTE]);
  };

  it('says which pet it is about', () => {
    expect([null, 'starts_at', 'pets[0].starts_at', 'pets[2].answers'].map(refusedLine)).toEqual([0, 0, 0, 2]);
    expect(isOfLine('pets[1].answers', 1, 'answers')).toBe(true);
    expect(isOfLine('answers', 0, 'answers')).toBe(true);
    expect(isOfLine('answers', 1, 'answers')).toBe(false);
    expect(isOfLine('pets[1].answers', 0, 'answers')).toBe(false);
    expect(isOfLine('pets[1].starts_at', 1, 'answers')).toBe(false);
    expect(isOfLine(null, 0, 'answers')).toBe(false);
  });

  it('gives the pet another colleague at the same time, and leaves the others', () => {
    const lines = [line('a', 'exam'), line('b', 'groom', 'groomer'), line('c', 'exam')];
    expect(taken(1, lines, at(0, 'other'))).toEqual([
      ['vet', 0],
      ['other', 0],
      ['vet', 30],
    ]);
  });

  it('moves all of them where the pet comes at another time, each with their colleague', () => {
    const lines = [line('a', 'exam'), line('b', 'groom', 'groomer'), line('c', 'exam')];
    expect(taken(1, lines, at(45, 'groomer'))).toEqual([
      ['vet', 45],
      ['groomer', 45],
      ['vet', 75],
    ]);
    expect(taken(1, lines, at(-30, 'other'))).toEqual([
      ['vet', -30],
      ['other', -30],
      ['vet', 0],
    ]);
  });

  it('lets the pet come when it is free, also where its turn is after another', () => {
    const lines = [line('a', 'exam'), line('b', 'exam')];
    expect(taken(1, lines, at(60, 'vet'))).toEqual([
      ['vet', 30],
      ['vet', 60],
    ]);
    expect(taken(1, lines, at(30, 'other'))).toEqual([
      ['vet', 30],
      ['other', 30],
    ]);
  });

  it('takes the first pet’s, and who comes after it with the same colleague goes along', () => {
    const lines = [line('a', 'exam'), line('b', 'exam'), line('c', 'groom', 'groomer')];
    expect(taken(0, lines, at(15, 'other'))).toEqual([
      ['other', 15],
      ['other', 45],
      ['groomer', 15],
    ]);
  });
});

describe('a booking of who waits', () => {
  const wish = { entryId: 'e', notes: 'Short notice' };
  it('fulfils the entry', () => {
    const booking = { ...emptyBooking('2026-11-20'), clientId: 'c', wish };
    const sent = (more: Partial<typeof booking>) => toInput({ ...booking, ...more }, NINE, 'vet', SERVICES, []);
    expect(sent({})).toMatchObject({ waitlist_entry_id: 'e', booking_method: 'waitlist' });
    expect(sent({ isWalkIn: true })).toMatchObject({ waitlist_entry_id: 'e', booking_method: 'walk_in' });
    expect(toInput({ ...booking, wish: null }, NINE, 'vet', SERVICES, []).waitlist_entry_id).toBeNull();
  });

  it('is worth keeping only where something was typed besides', () => {
    const booking = { ...emptyBooking('2026-11-20'), clientId: 'c', internalNotes: 'Short notice', wish };
    expect(isWorthKeeping(booking, 'c')).toBe(false);
    expect(isWorthKeeping({ ...booking, internalNotes: 'Short notice, by bus' }, 'c')).toBe(true);
    expect(isWorthKeeping({ ...booking, wish: null }, 'c')).toBe(true);
  });
});

describe('who and what', () => {
  it('offers only who may do it, and only what they may do', () => {
    expect(staffFor(STAFF, SERVICES[0]).map(({ id }) => id)).toEqual(['vet']);
    expect(staffFor(STAFF, undefined).map(({ id }) => id)).toEqual(['vet', 'groomer']);
    expect(servicesFor(SERVICES, STAFF[1]).map(({ id }) => id)).toEqual(['groom']);
    expect(servicesFor(SERVICES, undefined)).toHaveLength(2);
  });

  it('stands on the chosen time with whoever is free then, else on the first free one', () => {
    const slots = [
      { staff_id: 'vet', starts_at: NINE, ends_at: NINE + 30 * MINUTE },
      { staff_id: 'other', starts_at: NINE + 15 * MINUTE, ends_at: NINE + 45 * MINUTE },
    ];
    const booking = emptyBooking('2026-11-20');
    expect(slotOf(booking, slots, 'Europe/Madrid')?.staff_id).toBe('vet');
    expect(slotOf({ ...booking, startsAt: NINE + 15 * MINUTE }, slots, 'Europe/Madrid')?.staff_id).toBe('other');
    expect(slotOf({ ...booking, startsAt: NINE + 60 * MINUTE }, slots, 'Europe/Madrid')).toBeNull();
    expect(
      slotOf({ ...booking, lines: [{ ...emptyLine(), staffId: 'other' }] }, slots, 'Europe/Madrid')?.staff_id,
    ).toBe('other');
  });

  it('stands on no time of another day than the one that was asked for', () => {
    const slots = [NINE, NINE + 24 * 60 * MINUTE].map((starts_at) => ({
      staff_id: 'vet',
      starts_at,
      ends_at: starts_at,
    }));
    const on = (date: string): number | undefined =>
      slotOf({ ...emptyBooking(date), isDayAsked: true }, slots, 'Europe/Madrid')?.starts_at;
    expect(on('2026-11-20')).toBe(slots[0]!.starts_at);
    expect(on('2026-11-21')).toBe(slots[1]!.starts_at);
    expect(on('2026-11-19')).toBeUndefined();
  });

  it('keeps a draft only where something was typed', () => {
    expect(isWorthKeeping(emptyBooking('2026-11-20'))).toBe(false);
    expect(isWorthKeeping({ ...emptyBooking('2026-11-20'), reason: 'x' })).toBe(true);
    expect(isWorthKeeping({ ...emptyBooking('2026-11-20'), newClient: newClientOf('') })).toBe(false);
    expect(isWorthKeeping({ ...emptyBooking('2026-11-20'), newClient: newClientOf('nerea') })).toBe(true);
    const petOnly = { ...newClientOf(''), petName: 'Txiki' };
    expect(isWorthKeeping({ ...emptyBooking('2026-11-20'), newClient: petOnly })).toBe(true);
    const answers = [{ name: 'Fasting', field_type: 'yes_no' as const, value: 'yes' }];
    expect(isWorthKeeping({ ...emptyBooking('2026-11-20'), lines: [{ ...emptyLine(), answers }] })).toBe(true);
    const ofClient = { ...emptyBooking('2026-11-20'), clientId: 'a' };
    expect(isWorthKeeping(ofClient)).toBe(true);
    expect(isWorthKeeping(ofClient, 'a')).toBe(false);
    expect(isWorthKeeping(ofClient, 'b')).toBe(true);
  });

  it('goes on today with what was left for a day that is over, at a time yet to be chosen', () => {
    const left = {
      ...emptyBooking('2026-11-19'),
      startsAt: NINE - 24 * 60 * MINUTE,
      isDayAsked: true,
      isTimeChosen: true,
      reason: 'Limps',
    };
    expect(fromToday(left, '2026-11-20')).toEqual({ ...emptyBooking('2026-11-20'), reason: 'Limps' });
    expect(fromToday(left, '2026-11-19')).toEqual(left);
  });

  it('is for the pet that is meant, and for the only one where none is', () => {
    const [tom, mia] = [{ id: 'tom' }, { id: 'mia' }];
    expect(petMeant([tom, mia], 'mia')).toBe('mia');
    expect(petMeant([tom, mia], 'died')).toBeNull();
    expect(petMeant([tom], 'died')).toBeNull();
    expect(petMeant([tom], null)).toBe('tom');
    expect(petMeant([tom, mia], null)).toBeNull();
    expect(petMeant([], 'died')).toBeNull();
  });

  it('begins a walk-in on the next five minutes', () => {
    expect(walkInStart(NINE + 1)).toBe(NINE + 5 * MINUTE);
    expect(walkInStart(NINE)).toBe(NINE);
  });

  it('is a walk-in today alone, and in the minutes before midnight on the next day', () => {
    const is = (at: string, now: string) => canWalkIn(Date.parse(at), Date.parse(now), 'Europe/Madrid');
    expect(is('2026-11-20T09:00:00+01:00', '2026-11-20T10:00:00+01:00')).toBe(true);
    expect(is('2026-11-21T09:00:00+01:00', '2026-11-20T10:00:00+01:00')).toBe(false);
    expect(is('2026-11-21T00:00:00+01:00', '2026-11-20T23:58:00+01:00')).toBe(true);
    expect(is('2026-11-21T00:05:00+01:00', '2026-11-20T23:58:00+01:00')).toBe(false);
  });

  it('makes a client’s name of what was searched for', () => {
    expect(splitName('ana garcía lópez')).toEqual({ first: 'Ana', last: 'García López', phone: '' });
    expect(splitName('+34 611 22 33 44')).toEqual({ first: '', last: '', phone: '+34 611 22 33 44' });
  });
});

describe('the service offered first', () => {
  const boarding: Service = { ...service('Boarding', 1440), kind: 'boarding' };
  const all = [boarding, service('Check-up', 30), { ...service('Wash', 60), kind: 'grooming' as const }];
  it('is the one last booked at this desk, and no stay of days unless it was', () => {
    expect(usualService(all, undefined, null)?.id).toBe('Check-up');
    expect(usualService(all, undefined, 'Wash')?.id).toBe('Wash');
    expect(usualService(all, undefined, 'Boarding')?.id).toBe('Boarding');
    expect(usualService(all, undefined, 'gone')?.id).toBe('Check-up');
    expect(usualService([boarding], undefined, null)?.id).toBe('Boarding');
    expect(usualService([], undefined, null)).toBeUndefined();
  });
});

describe('what was answered', () => {
  const line = (petId: string | null, value: string) => ({
    ...emptyLine(),
    petId,
    serviceId: 'exam',
    answers: [{ name: 'Weight', field_type: 'number' as const, value }],
  });
  const asked = (fields: Service['form_fields']) => [{ ...SERVICES[0]!, form_fields: fields }];
  const sent = (fields: Service['form_fields'], answers: Line['answers']) =>
    toInput({ ...emptyBooking('2026-11-20'), lines: [{ ...line('a', ''), answers }] }, NINE, 'vet', asked(fields), [])
      .pets[0]!.answers;

  it('is sent where the service asks it and offers it', () => {
    const field = { name: 'Cut', field_type: 'choice' as const, is_required: true, choices: ['Short', 'Long'] };
    const [cut, weight] = [
      { name: 'Cut', field_type: 'choice' as const, value: 'Short' },
      { name: 'Weight', field_type: 'number' as const, value: '4' },
    ];
    expect(sent([field], [cut, weight])).toEqual([cut]);
    expect(sent([{ ...field, choices: ['Long'] }], [cut, weight])).toEqual([]);
    expect(sent([], [cut, weight])).toEqual([]);
    // Another service asks the same otherwise.
    expect(sent([{ ...field, field_type: 'text' }], [cut])).toEqual([{ ...cut, field_type: 'text' }]);
  });

  it('comes back with the pet it is about', () => {
    const both = { lines: [line('a', '4'), line('b', '7')], aside: [] };
    const one = withoutPet(both, 'a');
    expect(one.lines).toEqual([line('b', '7')]);
    expect(withPet(one, 'a')).toEqual({ lines: [line('b', '7'), line('a', '4')], aside: [] });
  });

  const unanswered = (petId: string | null) => ({ ...line(petId, ''), answers: [] });

  it('is of no other pet that comes instead of the only one, and is the first one’s again', () => {
    const none = withoutPet({ lines: [line('a', '4')], aside: [] }, 'a');
    expect(none.lines).toEqual([unanswered(null)]);
    expect(withPet(none, 'a')).toEqual({ lines: [line('a', '4')], aside: [] });
    const other = withPet(none, 'b');
    expect(other.lines).toEqual([unanswered('b')]);
    expect(withPet(other, 'a').lines).toEqual([unanswered('b'), line('a', '4')]);
  });

  it('is each one’s own where first none of the family comes, and then one does', () => {
    const groomed = { ...line('b', '7'), serviceId: 'groom', duration: 45 };
    const both = { lines: [line('a', '4'), groomed], aside: [] };
    const none = withoutPet(withoutPet(both, 'a'), 'b');
    const one = withPet(none, 'a');
    expect(one.lines).toEqual([line('a', '4')]);
    expect(withPet(one, 'b')).toEqual({ lines: [line('a', '4'), groomed], aside: [] });
  });

  it('before it was said which pet comes is of the one that does', () => {
    expect(withPet({ lines: [line(null, '4')], aside: [] }, 'a').lines).toEqual([line('a', '4')]);
    expect(onlyLine({ lines: [line(null, '4')], aside: [] }, 'a').lines).toEqual([line('a', '4')]);
  });

  it('is of no pet of another client', () => {
    const both = { lines: [line('a', '4'), line('b', '7')], aside: [] };
    expect(onlyLine(both, 'z').lines).toEqual([unanswered('z')]);
    expect(onlyLine(onlyLine(both, null), 'z').lines).toEqual([unanswered('z')]);
  });

  it('is there again when the client is chosen again, and of several pets stays with its own', () => {
    const both = { lines: [line('a', '4'), line('b', '7')], aside: [] };
    const nobody = onlyLine(both, null);
    expect(nobody.lines).toEqual([unanswered(null)]);
    const again = onlyLine(nobody, 'b');
    expect(again.lines).toEqual([line('b', '7')]);
    expect(withPet(again, 'a').lines).toEqual([line('b', '7'), line('a', '4')]);
  });
});
