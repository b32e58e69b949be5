import { backend, onSyncChanged, type SyncState } from '$lib/backend';
import { invalidate } from '$lib/data/live';

const ALONE: SyncState = {
  address: null,
  is_online: false,
  is_busy: false,
  waiting: 0,
  last_sync_at: null,
  trouble: null,
  clock_behind_minutes: null,
  rejected: 0,
  lost: 0,
  repaired: 0,
};

const sync = $state<{ now: SyncState }>({ now: ALONE });

/** How this desk stands to its hub; without one, alone. */
export const syncState = (): SyncState => sync.now;

/** Commands that change how desk and hub stand to each other give the new state: hand it in here. */
export function takeSyncState(state: SyncState): void {
  const before = sync.now;
  sync.now = state;
  if (before.rejected !== state.rejected) invalidate(['rejected_changes']);
  if (before.lost !== state.lost) invalidate(['lost_values']);
  if (before.repaired !== state.repaired) invalidate(['repaired']);
  if (before.is_online !== state.is_online || before.address !== state.address) invalidate(['hub']);
}

/** Asks the core; a core that cannot say leaves what was known. */
export async function refreshSyncState(): Promise<void> {
  await backend.syncState().then(takeSyncState, () => undefined);
}

export const watchSync = (): (() => void) => onSyncChanged(takeSyncState);
