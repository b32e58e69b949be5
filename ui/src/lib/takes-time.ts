import type { AppointmentStatus } from '$lib/backend';

/** Whether a visit takes its time, as the core has it: it stands, or has happened. */
export const takesTime = (status: AppointmentStatus): boolean =>
  status !== 'cancelled' && status !== 'no_show' && status !== 'rescheduled';
