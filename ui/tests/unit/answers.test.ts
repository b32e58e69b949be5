import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { answerError } from '$areas/visit/answers';
import FormAnswers from '$areas/visit/FormAnswers.svelte';
import { answersOf } from '$areas/visit/pet-answers';
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

it('what need not be answered can be taken back, and what must be says so', () => {
  const ask = (is_required: boolean, field_type: FormField['field_type'], value: string) =>
    render(FormAnswers, { fields: [{ ...question(field_type), is_required }], answers: value ? answered(value) : [] });
  const { unmount } = ask(false, 'yes_no', '');
  expect(screen.getByRole('combobox', { name: 'Fever: Not answered' })).toBeTruthy();
  unmount();
  ask(true, 'long_text', 'high');
  const text = screen.getByRole<HTMLTextAreaElement>('textbox', { name: /^Fever.* required/ });
  expect(text.required).toBe(true);
});

it('what was answered of a pet is of no other, and there again with it', () => {
  const [yes, no] = [answered('yes'), answered('no')];
  const known = [{ petId: 'a', answers: yes }];
  const typed = new Map();
  expect(answersOf('b', known[0]!, typed, known)).toEqual([]);
  expect(answersOf('a', { petId: 'b', answers: no }, typed, known)).toEqual(yes);
  expect(answersOf('b', { petId: 'a', answers: [] }, typed, known)).toEqual(no);
  expect(answersOf('a', { petId: 'b', answers: no }, typed, known)).toEqual([]);
  // Before it was known which pet comes, it was said of whoever does.
  expect(answersOf('a', { petId: '', answers: yes }, new Map(), [])).toEqual(yes);
});
