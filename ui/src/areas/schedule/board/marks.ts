// Written by `npm run marks` from @tabler/icons-webfont 3.48.0 (MIT).
import type { AppointmentStatus } from '$lib/backend';

/** The letter of marks.woff2 that is the icon of a status. */
export const MARKS: Record<AppointmentStatus, string> = {
  pending: '\uef93',
  confirmed: '\uea52',
  reminded: '\uea35',
  checked_in: '\uef4c',
  in_progress: '\uedbe',
  completed: '\uea67',
  cancelled: '\uea6a',
  no_show: '\ueb4c',
  rescheduled: '\uee21',
};
