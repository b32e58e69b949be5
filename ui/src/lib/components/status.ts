import IconPending from '@tabler/icons-svelte/icons/hourglass';
import IconConfirmed from '@tabler/icons-svelte/icons/calendar-event';
import IconReminded from '@tabler/icons-svelte/icons/bell';
import IconArrived from '@tabler/icons-svelte/icons/door-enter';
import IconProgress from '@tabler/icons-svelte/icons/stethoscope';
import IconCompleted from '@tabler/icons-svelte/icons/circle-check';
import IconCancelled from '@tabler/icons-svelte/icons/circle-x';
import IconNoShow from '@tabler/icons-svelte/icons/user-x';
import IconRescheduled from '@tabler/icons-svelte/icons/calendar-time';
import type { AppointmentStatus } from '$lib/backend';
import type { PlainKey } from '$lib/i18n/index.svelte';

type Tone = 'neutral' | 'accent' | 'ok' | 'warn' | 'danger' | 'info' | 'violet';

/** How a status looks everywhere: icon, text and colour together, never colour alone. */
export const STATUS: Record<
  AppointmentStatus,
  { icon: typeof IconPending; text: PlainKey; verb: PlainKey; tone: Tone }
> = {
  pending: { icon: IconPending, text: 'status.pending', verb: 'status.to_pending', tone: 'warn' },
  confirmed: { icon: IconConfirmed, text: 'status.confirmed', verb: 'status.to_confirmed', tone: 'info' },
  reminded: { icon: IconReminded, text: 'status.reminded', verb: 'status.to_reminded', tone: 'info' },
  checked_in: { icon: IconArrived, text: 'status.checked_in', verb: 'status.to_checked_in', tone: 'violet' },
  in_progress: { icon: IconProgress, text: 'status.in_progress', verb: 'status.to_in_progress', tone: 'accent' },
  completed: { icon: IconCompleted, text: 'status.completed', verb: 'status.to_completed', tone: 'ok' },
  cancelled: { icon: IconCancelled, text: 'status.cancelled', verb: 'status.to_cancelled', tone: 'neutral' },
  no_show: { icon: IconNoShow, text: 'status.no_show', verb: 'status.to_no_show', tone: 'danger' },
  rescheduled: { icon: IconRescheduled, text: 'status.rescheduled', verb: 'status.to_rescheduled', tone: 'neutral' },
};
