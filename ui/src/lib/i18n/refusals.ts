import type { Refusal } from '$lib/backend';
import { formatDateTime, formatMoney, formatNumber, formatWeight } from '$lib/time/format';
import { hasText, t, type MessageKey } from './index.svelte';

/**
 * The one place where a refusal becomes words: `refusal.<code>` of the catalogue, naming the field where there is one. A screen that shows the
 * columns of a table knows their names better.
 */
export function refusalText(refusal: Refusal, nameOf: (field: string | null) => string = fieldName): string {
  return t(
    `refusal.${refusal.code}` as MessageKey,
    {
      field: nameOf(refusal.field),
      limit: limitOf(refusal),
      detail: refusal.detail ?? '',
      until: refusal.until === null ? '' : formatDateTime(refusal.until),
    } as never,
  );
}

/** A limit in the unit that its field is typed in; of characters and tries, their number, which the words go by. */
function limitOf({ code, field, limit }: Refusal): string | number {
  const most = limit ?? 0;
  if (code !== 'too_large' && code !== 'too_small') return most;
  if (/(^|[._])grams$/.test(field ?? '')) return formatWeight(most);
  return field?.endsWith('_cents') ? formatMoney(most) : formatNumber(most);
}

/** The name a person knows a field by; `pets[0].starts_at` is the field `starts_at`. */
export function fieldName(field: string | null): string {
  const last =
    field
      ?.replace(/\[\d+\]/g, '')
      .split('.')
      .at(-1) ?? '';
  const key = `field.${last}`;
  return hasText(key) ? t(key) : last === '' ? t('field.unnamed') : last.replaceAll('_', ' ');
}
