import type { Role, Service, Staff, StaffDetails } from '$lib/backend';
import { PALETTE } from '$lib/components/palette';

/** A colleague as they are typed: an empty e-mail where there is none. */
export type StaffForm = StaffDetails & { email: string };

/** Whom a clinic takes on; of roles that do as much, the first. Nobody may change everything without having been chosen for it. */
const TAKEN_ON: Role[] = ['veterinarian', 'groomer', 'technician', 'front_desk'];

/** The role that most of the services are done by. */
export function usualRole(services: Service[]): Role {
  const offered = services.filter(({ is_active }) => is_active);
  const times = (role: Role) => offered.filter(({ staff_roles }) => staff_roles.includes(role)).length;
  return TAKEN_ON.reduce((usual, role) => (times(role) > times(usual) ? role : usual));
}

/** The first colour that nobody who works here has; once all are taken, the first that the fewest have. */
export function freeColor(staff: Staff[]): string {
  const times = (wanted: string) => staff.filter(({ is_active, color }) => is_active && color === wanted).length;
  return PALETTE.reduce((free, color) => (times(color) < times(free) ? color : free));
}

export const freshStaff = (staff: Staff[], services: Service[]): StaffForm => ({
  first_name: '',
  last_name: '',
  email: '',
  role: usualRole(services),
  color: freeColor(staff),
  is_active: true,
  is_bookable: true,
});

/** A colleague's details without their id, to be edited. */
export const staffFormOf = (person: Staff): StaffForm => ({
  first_name: person.first_name,
  last_name: person.last_name,
  email: person.email ?? '',
  role: person.role,
  color: person.color,
  is_active: person.is_active,
  is_bookable: person.is_bookable,
});

/** Whether others who work here could sign in as somebody who may change everything: roles protect nothing then. */
export const isUnprotected = (person: Staff, staff: Staff[]): boolean =>
  person.is_active &&
  !person.has_pin &&
  (person.role === 'owner' || person.role === 'admin') &&
  staff.some(({ id, is_active }) => is_active && id !== person.id);
