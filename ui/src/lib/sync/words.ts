import type { SyncState } from '$lib/backend';
import { t } from '$lib/i18n/index.svelte';
import { clinicZone } from '$lib/session.svelte';
import { formatDuration, formatTimeOn, formatWhen } from '$lib/time/format';
import { dateOf } from '$lib/time/zone';
import { standingOf } from './standing';

/** What the badge says, in a few words. */
export function badgeText(state: SyncState, now: number): string {
  switch (standingOf(state)) {
    case 'alone':
      return t('sync.alone');
    case 'trouble':
      return t('sync.trouble');
    case 'offline':
      return state.last_sync_at === null
        ? t('sync.offline')
        : t('sync.offline_since', { when: formatWhen(state.last_sync_at, now) });
    case 'clock':
      return t('sync.clock', { time: formatDuration(Math.abs(state.clock_behind_minutes ?? 0)) });
    case 'waiting':
      return t('sync.waiting', { count: state.waiting });
    default:
      return t('sync.online');
  }
}

/** When desk and hub last agreed, where the badge does not say it already; none where they never did. */
export function syncedText(state: SyncState, now: number): string | null {
  const at = state.last_sync_at;
  if (at === null || ['alone', 'offline'].includes(standingOf(state))) return null;
  return t('sync.synced', { when: formatTimeOn(at, dateOf(now, clinicZone())) });
}
