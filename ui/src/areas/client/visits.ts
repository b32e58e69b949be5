import type { AppointmentCard, AppointmentStatus } from '$lib/backend';

const PLANNED: ReadonlySet<AppointmentStatus> = new Set([
  'pending',
  'confirmed',
  'reminded',
  'checked_in',
  'in_progress',
]);

/** Visits (newest first) as a page tells them: those still to come or under way, the soonest first, and those that were. */
export function parted(
  visits: readonly AppointmentCard[],
  now: number,
): { coming: AppointmentCard[]; past: AppointmentCard[] } {
  const isComing = (visit: AppointmentCard) => PLANNED.has(visit.status) && visit.ends_at > now;
  return { coming: visits.filter(isComing).reverse(), past: visits.filter((visit) => !isComing(visit)) };
}

/** Whether a visit that was may lie on the pages not read yet: while everything read is still to come, more must be read. */
export const isAllToCome = (visits: readonly AppointmentCard[], now: number): boolean =>
  visits.length > 0 && visits.every((visit) => visit.starts_at > now);
