import type { AppState } from '$lib/backend';
import { takeAppState } from '$lib/session.svelte';
import { startLanguage } from '$lib/start';
import { refreshSyncState } from '$lib/sync/state.svelte';

/** Shows what stands after a clinic came from its hub, or was given up. */
export async function takeJoined(app: AppState): Promise<void> {
  await refreshSyncState();
  takeAppState(app);
  await startLanguage();
}
