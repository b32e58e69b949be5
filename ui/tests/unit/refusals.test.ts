import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Refusal, RefusalCode } from '$lib/backend';
import { hasText, LANGUAGES, t, useLanguage, type Language } from '$lib/i18n/index.svelte';
import { fieldName, refusalText } from '$lib/i18n/refusals';

// Without their comments, which may hold any character.
const bindings = readFileSync('src/lib/backend/bindings.ts', 'utf8').replace(/\/\*\*[\s\S]*?\*\//g, '');
const codes = [...(/export type RefusalCode =([^;]*);/.exec(bindings)?.[1] ?? '').matchAll(/"(\w+)"/g)].map(
  (found) => found[1]!,
);
const refusal = (code: string, more: Partial<Refusal> = {}): Refusal => ({
  code: code as RefusalCode,
  field: null,
  limit: null,
  until: null,
  alternatives: [],
  detail: null,
  ...more,
});

it('has words for every code of the core', () => {
  expect(codes.length).toBeGreaterThan(30);
  for (const code of codes) expect(hasText(`refusal.${code}`), code).toBe(true);
});

it('names the field and the limit', () => {
  expect(refusalText(refusal('too_long', { field: 'last_name', limit: 100 }))).toBe(
    'Last name may have 100 characters at the most.',
  );
  expect(refusalText(refusal('required', { field: 'pets[0].starts_at' }))).toBe('Start must be filled in.');
  expect(refusalText(refusal('wrong_pin', { limit: 1 }))).toBe('The PIN is wrong. One try left.');
});

it('shows a field it does not know by its own name', () => {
  expect(fieldName('some_new_field')).toBe('some new field');
  expect(fieldName(null)).toBe('A field');
});

it.each(Object.keys(LANGUAGES) as Language[])(
  'names the screen that it sends to as that is called (%s)',
  async (language) => {
    await useLanguage(language);
    expect(refusalText(refusal('empty_clinic'))).toContain(t('settings.sync'));
  },
);
