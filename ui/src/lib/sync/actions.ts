import { backend } from '$lib/backend';
import { toastRefused } from '$lib/data/saving';

/** Talks to the hub now; how it went comes with the state. */
export async function syncNow(): Promise<void> {
  await backend.syncNow().catch(toastRefused);
}
