// What is wrong between desk and hub, in sentences. Spoken by areas that wait for the later texts.
import type { SyncState } from '$lib/backend';
import { t, type PlainKey } from '$lib/i18n/index.svelte';
import { formatDuration, formatRelative, formatWhen } from '$lib/time/format';

/** One sentence that says what is wrong, that work goes on, and what to do; none where nothing is. */
export function troubleText(state: SyncState): string | null {
  if (state.address === null) return null;
  if (state.trouble !== null) return t(`hub.is_${state.trouble}` as PlainKey);
  return state.is_online ? null : t('hub.is_hub_unreachable');
}

/** What to do about a clock that goes wrong; none where it goes right. */
export function clockText(state: SyncState): string | null {
  const minutes = state.clock_behind_minutes;
  if (minutes === null || state.address === null) return null;
  const time = formatDuration(Math.abs(minutes));
  return minutes > 0 ? t('hub.clock_behind', { time }) : t('hub.clock_ahead', { time });
}

/** When desk and hub last agreed, and how long ago that is. */
export function lastText(state: SyncState, now: number): string {
  const at = state.last_sync_at;
  return at === null ? t('hub.never') : `${formatWhen(at, now)} (${formatRelative(at, now)})`;
}
