import type { FreeSlot, WaitlistEntry, WaitlistMatch, WaitlistMatchQuery } from '../../src/lib/backend/bindings';
import { dateOf, MINUTE, wallMinutes, wallTime } from '../../src/lib/time/zone';
import { freeSlots } from './schedule';
import type { World } from './world';

/** When somebody could come in a time that was left: what a wish leaves open fits anything, what it names must be so. */
function timeFor(world: World, left: WaitlistMatchQuery, entry: WaitlistEntry): FreeSlot | undefined {
  const date = dateOf(left.starts_at, world.zone);
  const asked = {
    service_id: entry.service_id ?? left.service_id,
    staff_id: left.staff_id,
    duration_minutes: entry.service_id ? null : (left.ends_at - left.starts_at) / MINUTE,
    from: date,
    days: 1,
    is_emergency: false,
    moving: null,
    limit: null,
  };
  const all = [...freeSlots(world, { ...asked, starts_at: left.starts_at }), ...freeSlots(world, asked)];
  const isMet = ({ starts_at, ends_at }: FreeSlot): boolean => {
    const time = wallTime(wallMinutes(starts_at, world.zone));
    return (
      starts_at < left.ends_at &&
      ends_at > left.starts_at &&
      [null, date].includes(entry.requested_on) &&
      (entry.earliest ?? time) <= time &&
      (entry.latest ?? time) >= time
    );
  };
  const distance = ({ starts_at }: FreeSlot): number => Math.abs(starts_at - left.starts_at);
  return all.filter(isMet).sort((a, b) => distance(a) - distance(b))[0];
}

export function waitlistMatches(world: World, left: WaitlistMatchQuery): WaitlistMatch[] {
  return world.memory.waitlist
    .filter(
      ({ status, client_id, staff_id }) =>
        status === 'active' && client_id !== left.client_id && [null, left.staff_id].includes(staff_id),
    )
    .flatMap((entry) => {
      const slot = timeFor(world, left, entry);
      if (!slot) return [];
      const is_exact_service = entry.service_id !== null && entry.service_id === left.service_id;
      return [
        { entry, slot, is_exact_service, is_exact_day: entry.requested_on !== null, is_exact_staff: !!entry.staff_id },
      ];
    })
    .sort((a, b) => Number(b.is_exact_service) - Number(a.is_exact_service) || b.entry.priority - a.entry.priority)
    .slice(0, left.limit);
}
