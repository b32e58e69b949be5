import type { Refusal } from '$lib/backend';
import { formatDateTime, formatMoney, formatNumber, formatWeight } from '$lib/time/format';
import { hasText, t, type MessageKey } from './index.svelte';

/**
 * The one place where a refusal becomes words: `refusal.<code>` of the catalogue, naming the field where there is one. A screen that shows the
 * columns of a table knows their names better.
 */
export function refusalText(refusal: Refusal, nameOf: (field: string | null) => string = fieldName): string {
  return t(
    keyOf(refusal) as MessageKey,
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

/**
 * What visits keep from being deleted: what can be done instead depends on whose they are. It is done in the settings, whose texts come later; before,
 * it is said in general. So it is of a file that is of another kind than its name says. A place that was chosen and cannot be written is named.
 */
function keyOf({ code, field, detail }: Refusal): string {
  const own =
    code === 'in_use' && detail === 'appointments'
      ? `refusal.in_use_${field}`
      : code === 'read_only'
        ? `refusal.read_only_${field}`
        : code === 'file_unreadable' && `refusal.file_unreadable_${detail}`;
  return own && hasText(own) ? own : `refusal.${code}`;
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
