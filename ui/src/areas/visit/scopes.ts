import type { SeriesScope } from '$lib/backend';
import type { PlainKey } from '$lib/i18n/index.svelte';

/** Which visits of a series a change is for. */
export const SCOPES: { value: SeriesScope; label: PlainKey }[] = [
  { value: 'this', label: 'visit.scope_this' },
  { value: 'following', label: 'visit.scope_following' },
  { value: 'all', label: 'visit.scope_all' },
];
