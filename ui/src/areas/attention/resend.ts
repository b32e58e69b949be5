import type { RecordValue, RejectedChange, RejectedRow, ResendEdit } from '$lib/backend';
import { dateOf, instantAt, wallMinutes } from '$lib/time/zone';

/** A value as it is typed: its text, of an instant the day and the minutes. */
export interface ValueForm {
  text: string;
  date: string;
  minutes: number | null;
}

/** What a row's values are typed into, by column. */
export type RowForm = Record<string, ValueForm>;

/** Where what is typed of something rejected is kept: its number begins anew in a file that is built anew. */
export const draftOf = ({ made_at, rejected_at }: RejectedChange): string => `resend:${made_at}:${rejected_at}`;

export function valueFormOf({ kind, value }: RecordValue, zone: string): ValueForm {
  const at = kind === 'instant' && value !== null ? Number(value) : NaN;
  return Number.isFinite(at)
    ? { text: value ?? '', date: dateOf(at, zone), minutes: wallMinutes(at, zone) }
    : { text: value ?? '', date: '', minutes: null };
}

export const rowFormOf = (row: RejectedRow, zone: string): RowForm =>
  Object.fromEntries(row.values.map((value) => [value.column, valueFormOf(value, zone)]));

/** The typed value, as the core takes it; an instant that was not touched keeps its milliseconds. */
export function valueOf({ kind, value }: RecordValue, form: ValueForm, zone: string): string | null {
  if (kind !== 'instant') return form.text === '' ? null : form.text;
  if (form.date === '') return null;
  const at = value === null ? NaN : Number(value);
  const isUntouched =
    Number.isFinite(at) && dateOf(at, zone) === form.date && wallMinutes(at, zone) === (form.minutes ?? 0);
  return isUntouched ? value : String(instantAt(form.date, form.minutes ?? 0, zone));
}

/** What is different this time. */
export function editsOf(change: RejectedChange, forms: readonly RowForm[], zone: string): ResendEdit[] {
  return change.rows.flatMap((row, index) =>
    row.values.flatMap((value) => {
      const form = forms[index]?.[value.column];
      const typed = form ? valueOf(value, form, zone) : value.value;
      // A text that was empty and still is, is no change.
      if (typed === value.value || (typed === null && value.value === '')) return [];
      return [{ table: row.table, id: row.id, column: value.column, value: typed }];
    }),
  );
}

/** Longer texts get more room. */
export const isLong = (value: string | null): boolean => value !== null && (value.length > 60 || value.includes('\n'));
