import type { FormAnswer } from '$lib/backend';
import type { VisitForm } from './visit-form';

type Answered = Pick<VisitForm, 'petId' | 'answers'>;

/**
 * The answers where another pet is chosen: true of no other, they are there again where theirs is, as they were `typed` while the form is open, else
 * as they are `known`. Before it was known which pet comes they are of whoever does.
 */
export function answersOf(
  petId: string,
  form: Answered,
  typed: Map<string, FormAnswer[]>,
  known: readonly Answered[],
): FormAnswer[] {
  typed.set(form.petId, form.answers);
  if (form.petId === '') return form.answers;
  return typed.get(petId) ?? known.find((each) => each.petId === petId)?.answers ?? [];
}
