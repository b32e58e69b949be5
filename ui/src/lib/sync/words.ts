import type { SyncState } from '$lib/backend';
import { t } from '$lib/i18n/index.svelte';
import { formatDuration, formatWhen } from '$lib/time/format';
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
