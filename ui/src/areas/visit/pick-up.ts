// Picking up: who is done is still here until somebody comes for them.
import type { AppointmentCard } from '$lib/backend';
import { dateOf } from '$lib/time/zone';

/** Whether somebody comes: in time that was blocked for something else, nobody does. */
export const isOfSomebody = ({ pet_id, client_id }: AppointmentCard): boolean => pet_id !== null || client_id !== null;

/** Whether there is somebody to be picked up. */
export const canPickUp = (card: AppointmentCard): boolean => card.status === 'completed' && isOfSomebody(card);

/** Whether they still wait for it. */
export const waits = (card: AppointmentCard): boolean => canPickUp(card) && card.picked_up_at === null;

/** Whether that is worth asking: of a visit of an earlier day nobody needs to say it any more. */
export const waitsToday = (card: AppointmentCard, now: number, zone: string): boolean =>
  waits(card) && dateOf(Math.max(card.actual_end_at ?? 0, card.ends_at), zone) >= dateOf(now, zone);
