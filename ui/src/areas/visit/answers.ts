import type { FormAnswer, Refusal } from '$lib/backend';
import { t } from '$lib/i18n/index.svelte';
import { refusalText } from '$lib/i18n/refusals';

/** The number that an answer is; none of what was answered when the question asked for a text. */
export const numberIn = (answer: string): number | null =>
  answer.trim() !== '' && Number.isFinite(Number(answer)) ? Number(answer) : null;

/** What is wrong with the answer to a question, where a refusal is about that: the core names the question beside it. */
export function answerError(refusal: Refusal | null, name: string, answers: readonly FormAnswer[]): string | null {
  if (refusal?.detail !== name) return null;
  if (refusal.code === 'required') return t('common.required');
  const detail = answers.find((answer) => answer.name === name)?.value ?? '';
  return refusalText({ ...refusal, detail }, () => name);
}
