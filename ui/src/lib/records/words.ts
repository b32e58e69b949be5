// What people call tables, columns, actions and values. Spoken by areas that wait for the later texts.
import type { RecordValue } from '$lib/backend';
import { hasText, t, type PlainKey } from '$lib/i18n/index.svelte';
import { describeRule } from '$lib/recurrence-words';
import { now } from '$lib/time/clock.svelte';
import { formatDate, formatDuration, formatMoney, formatWall, formatWeight, formatWhen } from '$lib/time/format';
import { isDate, minutesOf } from '$lib/time/zone';

/** `next_due_on` as words, where nobody has given it any. */
function prettified(name: string): string {
  const words = name
    .replace(/_(id|cents)$/, '')
    .replaceAll('_', ' ')
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const firstText = (...keys: string[]): string | null => {
  const key = keys.find(hasText);
  return key === undefined ? null : t(key as PlainKey);
};

/** `clients`: Client. */
export const tableLabel = (table: string): string => firstText(`record.table_${table}`) ?? prettified(table);

/** What a column is called on the screens of its table. */
export const columnLabel = (table: string, column: string): string =>
  firstText(`record.${table}_${column}`, `record.column_${column}`, `field.${column}`) ?? prettified(column);

/** `save_client`: Client saved. Of no action, nothing. */
export const actionLabel = (action: string): string =>
  action === '' ? '' : (firstText(`record.action_${action}`) ?? prettified(action));

/** Why the hub can never take something. */
export function reasonText(reason: string, table: string | null, column: string | null): string {
  const where =
    table === null
      ? ''
      : column === null || column === ''
        ? tableLabel(table)
        : `${tableLabel(table)}, ${columnLabel(table, column)}`;
  const why = firstText(`record.reason_${reason}`) ?? t('record.reason_unknown', { reason: prettified(reason) });
  return where === '' ? why : `${why} (${where})`;
}

/** Kept for the program's own sake: nobody typed it. */
const BOOKKEEPING: ReadonlySet<string> = new Set([
  'id',
  'created_at',
  'updated_at',
  // Of a clinic.
  'plan',
  'subscription_status',
  'monthly_email_limit',
  'contact_limit',
  'stripe_customer_id',
  'metadata',
]);
export const isShown = (value: RecordValue): boolean => !BOOKKEEPING.has(value.column);

/** Never shown, whatever it holds. */
const SECRET = /(^|_)(hash|secret|token|password)(_|$)/;
/** Columns whose values have words of their own, by the catalogue's area. */
const WORDS: Record<string, string> = {
  appointments_status: 'status.',
  appointments_payment_status: 'visit.payment_',
  appointments_booking_method: 'visit.method_',
  clients_email_status: 'clients.mail_',
  medical_records_kind: 'pet.kind_',
  messages_channel: 'messages.channel_',
  messages_purpose: 'messages.purpose_',
  messages_status: 'messages.status_',
  pets_sex: 'pet.',
  pets_species: 'species.',
  schedule_overrides_kind: 'settings.',
  services_kind: 'settings.kind_',
  staff_role: 'role.',
  waitlist_entries_priority: 'waitlist.priority_',
  waitlist_entries_status: 'record.waiting_',
};

/** A value as a person reads it. */
export function valueText(table: string, { column, kind, value }: RecordValue): string {
  if (value === null || value === '') return t('record.empty');
  if (SECRET.test(column)) return t('record.secret');
  if (column === 'notification_settings') return notificationsText(value);
  const words = firstText(`${WORDS[`${table}_${column}`] ?? '!'}${value}`);
  if (words !== null) return words;
  switch (kind) {
    case 'truth':
      return value === '1' || value === 'true' ? t('common.yes') : t('common.no');
    case 'instant':
      return Number.isFinite(Number(value)) ? formatWhen(Number(value), now()) : value;
    case 'date':
      return isDate(value) ? formatDate(value) : value;
    case 'time':
      return /^\d{2}:\d{2}$/.test(value) ? formatWall(minutesOf(value)) : value;
    case 'integer':
      return numberText(column, value);
    case 'json':
      return jsonText(value);
    default:
      return column === 'recurrence' ? describeRule(value) : value;
  }
}

/** `{"sms_reminders":false}`: what was switched on or off, a line each. What is kept otherwise is shown as it is. */
function notificationsText(value: string): string {
  const kept = parsed(value);
  if (kept === null) return value;
  const lines = Object.entries(kept).map(([kind, wanted]) => {
    const name = firstText(`clients.wants_${kind}`) ?? prettified(kind);
    return `${name}: ${typeof wanted === 'boolean' ? t(wanted ? 'common.yes' : 'common.no') : String(wanted)}`;
  });
  return lines.join('\n') || t('record.empty');
}

function parsed(value: string): Record<string, unknown> | null {
  try {
    const kept: unknown = JSON.parse(value);
    return typeof kept === 'object' && kept !== null ? { ...kept } : null;
  } catch {
    return null;
  }
}

/** A list by what each is called (roles by their words, questions by their text); anything else as it stands. */
function jsonText(json: string): string {
  if (json === '[]' || json === '{}') return t('record.empty');
  const read: unknown = JSON.parse(json);
  if (!Array.isArray(read)) return json;
  const names = read.map((each: unknown) => {
    if (typeof each === 'string') return firstText(`role.${each}`) ?? each;
    return typeof each === 'object' && each !== null && 'name' in each ? String(each.name) : null;
  });
  return names.includes(null) ? json : names.join(', ');
}

function numberText(column: string, value: string): string {
  const number = Number(value);
  if (!Number.isFinite(number)) return value;
  if (column.endsWith('_cents')) return formatMoney(number);
  if (column === 'weight_grams') return formatWeight(number);
  if (column.endsWith('_minutes')) return formatDuration(number);
  return value;
}
