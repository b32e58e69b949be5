import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { answerError } from '$areas/visit/answers';
import FormAnswers from '$areas/visit/FormAnswers.svelte';
import type { FormField, Refusal } from '$lib/backend';

const question = (field_type: FormField['field_type']): FormField => ({
  name: 'Fever',
  field_type,
  is_required: true,
  choices: [],
});
const answered = (value: string) => [{ name: 'Fever', field_type: 'number' as const, value }];

it('an answer that is no number stays to be read until it is answered with one', async () => {
  render(FormAnswers, { fields: [question('number')], answers: answered('a little') });
  const field = screen.getByRole<HTMLInputElement>('spinbutton', { name: /Fever/ });
  expect(field.value).toBe('');
  expect(screen.getByText('Answered before: a little')).toBeTruthy();
  await fireEvent.input(field, { target: { value: '39,5' } });
  await fireEvent.change(field);
  expect(field.value).toBe('39.5');
  expect(screen.queryByText(/Answered before/)).toBeNull();
});

it('an answer that is no date is shown as it stands', () => {
  render(FormAnswers, { fields: [question('date')], answers: answered('last spring') });
  expect(screen.getByRole('button', { name: 'Fever: last spring' })).toBeTruthy();
});

it('says what is wrong with an answer, and only at that', () => {
  const refusal: Refusal = {
    code: 'required',
    field: 'answers',
    limit: null,
    until: null,
    alternatives: [],
    detail: 'Fever',
  };
  expect(answerError(refusal, 'Fever', [])).toBe('required');
  expect(answerError(refusal, 'Weight', [])).toBeNull();
  expect(answerError(null, 'Fever', [])).toBeNull();
  const invalid = { ...refusal, code: 'invalid' as const };
  expect(answerError(invalid, 'Fever', answered('high'))).toBe('Fever cannot be read: “high”.');
});
