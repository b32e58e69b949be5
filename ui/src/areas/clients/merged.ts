import type { SamePets, Saved } from '$lib/backend';
import { toastSaved } from '$lib/data/saving';
import { laterTexts, t } from '$lib/i18n/index.svelte';
import { go } from '$lib/router.svelte';

/** Says that two clients are one, and of which of their pets there are two records now: those are merged from the client's page. */
export async function sayMerged(saved: Saved<SamePets[]>, into: string, isShown = false): Promise<void> {
  await laterTexts();
  const [same] = saved.value;
  if (!same) return toastSaved(t('clients.merged'), saved);
  const look = { label: t('clients.look'), run: () => go(`/clients/${into}`) };
  toastSaved(t('clients.merged_same', { pet: same.name }), saved, isShown ? undefined : look);
}
