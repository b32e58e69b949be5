import IconCancelled from '@tabler/icons-svelte/icons/circle-x';
import IconDelivered from '@tabler/icons-svelte/icons/checks';
import IconFailed from '@tabler/icons-svelte/icons/alert-triangle';
import IconMail from '@tabler/icons-svelte/icons/mail';
import IconPush from '@tabler/icons-svelte/icons/bell';
import IconQueued from '@tabler/icons-svelte/icons/hourglass';
import IconReceived from '@tabler/icons-svelte/icons/arrow-down-left';
import IconSending from '@tabler/icons-svelte/icons/send';
import IconSent from '@tabler/icons-svelte/icons/check';
import IconSms from '@tabler/icons-svelte/icons/message';
import type { ClientMessage, MessageChannel, MessageStatus } from '$lib/backend';
import { t } from '$lib/i18n/index.svelte';
import { formatWhen } from '$lib/time/format';

/** How a message stands, as it looks: icon, text (`messages.status_…`) and colour together. */
export const STANDING: Record<
  MessageStatus,
  { icon: typeof IconQueued; tone: 'neutral' | 'ok' | 'warn' | 'danger' | 'info' | 'violet' }
> = {
  queued: { icon: IconQueued, tone: 'warn' },
  sending: { icon: IconSending, tone: 'info' },
  sent: { icon: IconSent, tone: 'ok' },
  delivered: { icon: IconDelivered, tone: 'ok' },
  failed: { icon: IconFailed, tone: 'danger' },
  cancelled: { icon: IconCancelled, tone: 'neutral' },
  received: { icon: IconReceived, tone: 'violet' },
};

export const CHANNEL: Record<MessageChannel, typeof IconMail> = { email: IconMail, sms: IconSms, push: IconPush };

/** When it was written, sent or came in; of one that waits for its time, that. */
export function whenOf({ status, at, scheduled_for: due }: ClientMessage, now: number): string {
  const isEarly = status === 'queued' && due !== null && due > now;
  return isEarly ? t('messages.not_before', { when: formatWhen(due, now) }) : formatWhen(at, now);
}

/** Why it never went out, where that is known: the program's own reasons in words, a carrier's as it gave it. */
export function whyOf({ error }: ClientMessage): string | null {
  if (error === 'opted_out') return t('messages.why_opted_out');
  return error === 'pet_deceased' ? t('messages.why_pet_deceased') : error;
}
