import type { AppointmentCard } from '$lib/backend';
import { dateOf } from '$lib/time/zone';
import { isHere } from './flow.svelte';

/** Whether a visit of an earlier day was left open. */
export const isLeftOpen = ({ status, ends_at }: AppointmentCard, now: number, zone: string): boolean =>
  isHere(status) && dateOf(ends_at, zone) < dateOf(now, zone);
