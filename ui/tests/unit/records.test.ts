import { expect, it } from 'vitest';
import type { RecordValue } from '$lib/backend';
import { isShown, valueText } from '$lib/records/words';

const of = (column: string, kind: RecordValue['kind'], value: string | null): RecordValue => ({ column, kind, value });

it('reads values of the clinic’s set-up as a person does', () => {
  expect(valueText('services', of('staff_roles', 'json', '["veterinarian","technician"]'))).toBe(
    'Veterinarian, Technician',
  );
  expect(valueText('services', of('form_fields', 'json', '[{"name":"Fasted?"},{"name":"Since when?"}]'))).toBe(
    'Fasted?, Since when?',
  );
  expect(valueText('staff', of('settings', 'json', '{}'))).toBe('empty');
  expect(valueText('medical_records', of('data', 'json', '{"grams":4200}'))).toBe('{"grams":4200}');
  expect(valueText('waitlist_entries', of('priority', 'integer', '2'))).toBe('Urgent');
  expect(valueText('waitlist_entries', of('status', 'text', 'active'))).toBe('Waiting');
  expect(valueText('schedule_overrides', of('recurrence', 'text', 'FREQ=DAILY;COUNT=3'))).toMatch(/^Every day/);
  expect(valueText('clients', of('notes', 'text', 'active'))).toBe('active');
});

it('shows nothing of a record that is kept for the program’s own sake', () => {
  const columns = ['name', 'plan', 'metadata', 'stripe_customer_id', 'created_at'];
  expect(columns.filter((column) => isShown(of(column, 'text', 'x')))).toEqual(['name']);
});
