import type { AppointmentCard, TimelineEntry } from '$lib/backend';

/** The visits that are cancelled when a pet died: still to come, and not begun. The soonest first. */
export function planned(timeline: readonly TimelineEntry[], now: number): AppointmentCard[] {
  return timeline
    .flatMap((entry) => (entry.kind === 'visit' ? [entry.visit] : []))
    .filter((visit) => visit.ends_at > now && ['pending', 'confirmed', 'reminded'].includes(visit.status))
    .reverse();
}
