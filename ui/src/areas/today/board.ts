// The check-in board: which visits stand where, and how long already.
import type { AppointmentCard, AppointmentStatus } from '$lib/backend';
import { MINUTE } from '$lib/time/zone';

export type Lane = 'expected' | 'arrived' | 'in_progress' | 'ready' | 'gone';
export const LANES: readonly Lane[] = ['expected', 'arrived', 'in_progress', 'ready', 'gone'];

const LANE_OF: Record<AppointmentStatus, Lane | null> = {
  pending: 'expected',
  confirmed: 'expected',
  reminded: 'expected',
  checked_in: 'arrived',
  in_progress: 'in_progress',
  completed: 'ready',
  no_show: 'gone',
  cancelled: 'gone',
  rescheduled: null,
};

/** Who waits longest stands first; who is expected, by time; what is over, the latest first. */
export function lanesOf(cards: readonly AppointmentCard[]): Record<Lane, AppointmentCard[]> {
  const lanes: Record<Lane, AppointmentCard[]> = { expected: [], arrived: [], in_progress: [], ready: [], gone: [] };
  for (const card of cards) {
    const lane = LANE_OF[card.status];
    if (lane) lanes[lane].push(card);
  }
  lanes.expected.sort((a, b) => a.starts_at - b.starts_at);
  lanes.arrived.sort((a, b) => Number(b.is_emergency) - Number(a.is_emergency) || a.status_since - b.status_since);
  lanes.in_progress.sort((a, b) => a.status_since - b.status_since);
  lanes.ready.sort((a, b) => b.status_since - a.status_since);
  lanes.gone.sort((a, b) => b.status_since - a.status_since);
  return lanes;
}

/** Minutes a visit has stood where it stands. */
export const minutesIn = ({ status_since }: AppointmentCard, now: number): number =>
  Math.max(0, Math.floor((now - status_since) / MINUTE));

/** Minutes a visit was given. */
export const bookedMinutes = ({ starts_at, ends_at }: AppointmentCard): number =>
  Math.round((ends_at - starts_at) / MINUTE);

/** Minutes somebody expected is late; 0 or less: not yet. */
export const minutesLate = ({ starts_at }: AppointmentCard, now: number): number =>
  Math.floor((now - starts_at) / MINUTE);

export type TimeTone = 'calm' | 'long' | 'too_long';

/** How long a wait is worth a second look: after a quarter of an hour, and after half of one. */
export function waitTone(minutes: number): TimeTone {
  return minutes >= 30 ? 'too_long' : minutes >= 15 ? 'long' : 'calm';
}

/** Work is long once it takes more than it was given; a quarter of an hour more, and whoever is next waits. */
export function workTone(minutes: number, booked: number): TimeTone {
  return minutes >= booked + 15 ? 'too_long' : minutes > booked ? 'long' : 'calm';
}
