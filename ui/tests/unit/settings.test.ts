import { describe, expect, it } from 'vitest';
import type { FormField, Role, Service, Staff } from '$lib/backend';
import { PALETTE } from '$lib/components/palette';
import { freshService, questionTroubles, serviceFormOf } from '$areas/settings/service-form';
import { freeColor, freshStaff, isUnprotected, usualRole } from '$areas/settings/staff-form';

const service = (staff_roles: Role[], more: Partial<Service> = {}): Service => ({
  ...freshService(),
  id: staff_roles.join(),
  staff_roles,
  ...more,
});
const person = (id: string, more: Partial<Staff> = {}): Staff => ({
  id,
  first_name: id,
  last_name: '',
  email: null,
  role: 'veterinarian',
  color: PALETTE[0],
  is_active: true,
  is_bookable: true,
  has_pin: false,
  ...more,
});

describe('a new colleague', () => {
  it('has the role that most of the services are done by, besides the owner’s', () => {
    const salon = [service(['owner', 'groomer']), service(['owner', 'groomer', 'technician'])];
    expect(usualRole(salon)).toBe('groomer');
    expect(usualRole([...salon, service(['technician']), service(['technician'])])).toBe('technician');
    expect(freshStaff([], salon).role).toBe('groomer');
  });

  it('goes by what is offered now alone', () => {
    const before = [1, 2].map(() => service(['veterinarian'], { is_active: false }));
    expect(usualRole([service(['groomer']), ...before])).toBe('groomer');
  });

  it('is a veterinarian where nothing tells, and no administrator by chance', () => {
    expect(usualRole([])).toBe('veterinarian');
    expect(usualRole([service(['owner'])])).toBe('veterinarian');
    expect(usualRole([service(['owner', 'admin', 'front_desk'])])).toBe('front_desk');
  });

  it('has the first colour that nobody who works here has', () => {
    expect(freeColor([])).toBe(PALETTE[0]);
    const [first, second, third] = PALETTE;
    const staff = [person('a', { color: first }), person('b', { color: third }), person('c', { color: '#123456' })];
    expect(freeColor(staff)).toBe(second);
    expect(freeColor([person('gone', { is_active: false }), person('b', { color: second })])).toBe(first);
  });

  it('has a colour that the fewest have, once all are taken', () => {
    const all = PALETTE.map((color) => person(color, { color }));
    expect(freeColor([...all, person('again', { color: PALETTE[0] })])).toBe(PALETTE[1]);
  });
});

describe('who should have a PIN', () => {
  const vet = person('vet');

  it('is whoever may change everything, where others could sign in as them', () => {
    for (const role of ['owner', 'admin'] as const) {
      const boss = person('boss', { role });
      expect(isUnprotected(boss, [boss, vet])).toBe(true);
      expect(isUnprotected({ ...boss, has_pin: true }, [boss, vet])).toBe(false);
      expect(isUnprotected({ ...boss, is_active: false }, [boss, vet])).toBe(false);
      expect(isUnprotected(boss, [boss])).toBe(false);
      expect(isUnprotected(boss, [boss, { ...vet, is_active: false }])).toBe(false);
    }
    expect(isUnprotected(vet, [person('boss', { role: 'owner' }), vet])).toBe(false);
  });
});

describe('a new service', () => {
  it('is of the kind that most are of that are offered, and done by the same people', () => {
    const groomed = service(['groomer'], { kind: 'grooming', name: 'Full groom', duration_minutes: 90 });
    const old = () => service(['technician'], { kind: 'boarding', is_active: false });
    const bath = service(['groomer'], { kind: 'grooming', name: 'Bath' });
    const fresh = freshService([service(['veterinarian']), groomed, bath, old(), old(), old()]);
    expect(fresh).toMatchObject({ kind: 'grooming', staff_roles: ['groomer'], name: '', duration_minutes: 30 });
    fresh.staff_roles.push('owner');
    expect(groomed.staff_roles).toEqual(['groomer']);
  });

  it('is medical, and done by owners and veterinarians, where it is the first', () => {
    expect(freshService([])).toMatchObject({ kind: 'medical', staff_roles: ['owner', 'veterinarian'] });
    freshService().form_fields.push({ name: 'Cut', field_type: 'text', is_required: false, choices: [] });
    expect(freshService().form_fields).toEqual([]);
  });

  it('gives back what was there, unchanged', () => {
    const { id: _, ...details } = service(['groomer'], { kind: 'grooming' });
    expect(serviceFormOf(service(['groomer'], { kind: 'grooming' }))).toEqual(details);
  });
});

describe('the questions of a service', () => {
  const question = (name: string, more: Partial<FormField> = {}): FormField => ({
    name,
    field_type: 'text',
    is_required: false,
    choices: [],
    ...more,
  });

  it('say which of them is empty, said already, or lacks choices', () => {
    expect(
      questionTroubles([
        question('Fasting?'),
        question(' '),
        question('fasting? '),
        question('Cut', { field_type: 'choice', choices: ['Short'] }),
        question('Coat', { field_type: 'choice', choices: ['Short', 'Long'] }),
        question(''),
      ]),
    ).toEqual([null, 'nameless', 'twice', 'choiceless', null, 'nameless']);
  });
});
