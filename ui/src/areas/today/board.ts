// The check-in board: which visits stand where, and how long already.
import type { AppointmentCard, AppointmentStatus } from '$lib/backend';
import { MINUTE } from '$lib/time/zone';
import { isOfSomebody, waits } from '$areas/visit/pick-up';

export type Lane = 'expected' | 'arrived' | 'in_progress' | 'ready' | 'gone';
export const LANES: readonly Lane[] = ['expected', 'arrived', 'in_progress', 'ready', 'gone'];

/** Where a status stands. Who is done is gone once they were picked up. */
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

function laneOf(card: AppointmentCard): Lane | null {
  if (!isOfSomebody(card)) return null;
  return card.status === 'completed' && !waits(card) ? 'gone' : LANE_OF[card.status];
}

/** Whether a visit that is gone took place: of the others nobody was there. */
export const wasHere = ({ status }: AppointmentCard): boolean => status === 'completed';

/**
 * Who waits longest stands first; who is expected, by time; what is over, the latest first, and below those who were here what did not take place.
 */
export function lanesOf(cards: readonly AppointmentCard[]): Record<Lane, AppointmentCard[]> {
  const lanes: Record<Lane, AppointmentCard[]> = { expected: [], arrived: [], in_progress: [], ready: [], gone: [] };
  for (const card of cards) {
    const lane = laneOf(card);
    if (lane) lanes[lane].push(card);
  }
  lanes.expected.sort((a, b) => a.starts_at - b.starts_at);
  lanes.arrived.sort((a, b) => Number(b.is_emergency) - Number(a.is_emergency) || a.status_since - b.status_since);
  lanes.in_progress.sort((a, b) => a.status_since - b.status_since);
  lanes.ready.sort((a, b) => a.status_since - b.status_since);
  const left = (card: AppointmentCard): number => card.picked_up_at ?? card.status_since;
  lanes.gone.sort((a, b) => Number(wasHere(b)) - Number(wasHere(a)) || left(b) - left(a));
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

/** Most are fetched when their day is over: who waits for more than two hours is worth a call. */
export const pickUpTone = (minutes: number): TimeTone => (minutes >= 120 ? 'long' : 'calm');

/** Work is long once it takes more than it was given; a quarter of an hour more, and whoever is next waits. */
export function workTone(minutes: number, booked: number): TimeTone {
  return minutes >= booked + 15 ? 'too_long' : minutes > booked ? 'long' : 'calm';
}
