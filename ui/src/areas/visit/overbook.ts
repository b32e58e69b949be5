import type { Refusal } from '$lib/backend';
import type { PlainKey } from '$lib/i18n/index.svelte';

/** What comes of it where somebody overrules a refusal: what stands over a visit is marked on the board, what is outside of hours lies in their shade. */
export const overbookText = ({ code }: Refusal): PlainKey =>
  code === 'slot_taken' ? 'visit.overbook_taken' : 'visit.overbook_outside';
