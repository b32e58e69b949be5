import type { BadRow, BadRowWords, ImportField, ImportPlan } from '$lib/backend';
import { t, type PlainKey } from '$lib/i18n/index.svelte';

/** The fields of the choice, those of the client before those of the pet. */
export const FIELDS: ImportField[] = [
  'full_name',
  'first_name',
  'last_name',
  'phone',
  'second_phone',
  'email',
  'street',
  'city',
  'region',
  'postcode',
  'country',
  'notes',
  'tags',
  'external_id',
  'no_email',
  'no_sms',
  'pet_name',
  'species',
  'breed',
  'sex',
  'neutered',
  'born_on',
  'weight',
  'color',
  'microchip',
  'allergies',
  'alerts',
  'deceased_on',
  'custom',
  'ignore',
];

export const ENCODINGS = ['utf-8', 'windows-1252', 'utf-16le', 'utf-16be'];

const REASONS = [
  'missing_name',
  'bad_date',
  'bad_weight',
  'bad_sex',
  'bad_neutered',
  'bad_no',
  'bad_email',
  'too_long',
  'too_many_cells',
  'bad_cell',
];

/** The text of a reason; a reason that a newer core knows is the general one here. */
export const reasonKey = (row: BadRow): PlainKey =>
  `import.reason_${REASONS.includes(row.reason) ? row.reason : 'bad_cell'}` as PlainKey;

/** What the file of rows that cannot be read says. */
export const badRowWords = (): BadRowWords => ({
  file: t('import.file_name'),
  line: t('import.file_line'),
  reason: t('import.file_reason'),
  reasons: Object.fromEntries(REASONS.map((reason) => [reason, t(`import.reason_${reason}` as PlainKey)])),
});

/** The plan for a file that is taken apart otherwise: it has other columns then, which are guessed anew. */
export const takenApart = (plan: ImportPlan, how: Partial<Pick<ImportPlan, 'encoding' | 'delimiter'>>): ImportPlan => ({
  ...plan,
  ...how,
  columns: [],
});

/** A column given to another field: a field that only one column can be is taken from the column that had it. */
export function give(columns: ImportField[], index: number, field: ImportField): ImportField[] {
  const isShared = field === 'custom' || field === 'ignore' || field === 'second_phone';
  return columns.map((old, at) => (at === index ? field : old === field && !isShared ? 'custom' : old));
}
