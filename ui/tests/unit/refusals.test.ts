import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { catalogue } from '../../scripts/i18n-types.mjs';
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

it('has a name for everything that the core’s history says was done, and for nothing else', () => {
  const [, listed = ''] = /^actions! \{([^}]*)\}/m.exec(readFileSync('../crates/store/src/action.rs', 'utf8')) ?? [];
  const actions = [...listed.matchAll(/= "(\w+)"/g)].map((found) => `record.action_${found[1]}`);
  expect(actions.length).toBeGreaterThan(30);
  const named = [...catalogue('en').keys()].filter((key) => key.startsWith('record.action_'));
  expect(named.sort()).toEqual(actions.sort());
});

it('names the field and the limit', () => {
  expect(refusalText(refusal('too_long', { field: 'last_name', limit: 100 }))).toBe(
    'Last name may have 100 characters at the most.',
  );
  expect(refusalText(refusal('required', { field: 'pets[0].starts_at' }))).toBe('Start must be filled in.');
  expect(refusalText(refusal('wrong_pin', { limit: 1 }))).toBe('The PIN is wrong. One try left.');
});

it('says who may change medical records, and what keeps an undo from going back', () => {
  expect(refusalText(refusal('forbidden', { detail: 'write_records' }))).toContain('Ask whoever treats the animals');
  expect(refusalText(refusal('forbidden', { detail: 'move_data' }))).toBe(
    'Your role may not do this. Ask the owner or an administrator.',
  );
  expect(refusalText(refusal('in_use', { field: 'pets', detail: 'visit_planned' }))).toContain('Cancel it first');
  expect(refusalText(refusal('in_use', { field: 'pets', detail: 'appointments' }))).toBe(
    'This is still in use, so it was left as it is.',
  );
});

it('says how many visits keep a colleague or a service from being deleted', () => {
  const kept = (field: string, limit: number | null) =>
    refusalText(refusal('in_use', { field, detail: 'appointments', limit }));
  expect(kept('staff', 1)).toContain('This colleague has one visit, past');
  expect(kept('staff', 1200)).toContain('This colleague has 1,200 visits, past');
  expect(kept('services', 1)).toContain('One visit is of this service, past');
  expect(kept('services', 3)).toContain('3 visits are of this service, past');
  // What undoes that somebody was added counts none.
  expect(kept('staff', null)).toContain('This colleague has visits, past');
  expect(kept('services', null)).toContain('There are visits of this service, past');
});

it('says a limit in the unit that the field is typed in', () => {
  const too = (code: string, field: string, limit: number) => refusalText(refusal(code, { field, limit }));
  expect(too('too_large', 'weight_grams', 2_000_000)).toBe('Weight may be 2,000 kg at the most.');
  expect(too('too_small', 'grams', 1)).toBe('Weight must be 1 g at the least.');
  expect(too('too_large', 'base_price_cents', 1_000_000_00)).toBe('Price may be US$1,000,000.00 at the most.');
  expect(too('too_large', 'buffer_minutes', 1480)).toBe('Buffer may be 1,480 at the most.');
});

/** What the core's sources call fields: in its refusals, and where it checks what was typed. */
function fieldsOfCore(): Set<string> {
  const found = new Set<string>();
  const sources = ['../crates', '../src-tauri'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /(^|[\\/])src[\\/].*\.rs$/.test(name))
      .map((name) => join(folder, name)),
  );
  for (const name of sources) {
    const [code = ''] = readFileSync(name, 'utf8').split('#[cfg(test)]\nmod tests {');
    const refused = code.matchAll(/Refusal::(?:on|not_found|required|invalid)\(\s*(?:[\w:]+,\s*)?"([\w.]+)"/g);
    const checked = /[\\/]checked[\\/]/.test(name) ? code.matchAll(/\b[a-z_]+\(\s*"([a-z_]+)",/g) : [];
    const deleted = code.matchAll(/soft_delete\(tx, "(\w+)"/g);
    for (const [, field = ''] of [...refused, ...checked, ...deleted]) found.add(field.split('.').at(-1)!);
  }
  return found;
}
/** Named by the screens' code alone: no person has typed them. */
const UNSEEN = ['key', 'table', 'value'];

it('has words for every field that the core names', () => {
  const fields = [...fieldsOfCore()].filter((field) => !UNSEEN.includes(field));
  expect(fields.length).toBeGreaterThan(80);
  expect(fields.filter((field) => !hasText(`field.${field}`))).toEqual([]);
});

it('names a field otherwise where the screen knows better', () => {
  expect(refusalText(refusal('required', { field: 'source' }), (field) => `«${field}»`)).toBe(
    '«source» must be filled in.',
  );
});

it('shows a field it does not know by its own name', () => {
  expect(fieldName('some_new_field')).toBe('some new field');
  expect(fieldName(null)).toBe('A field');
});

it.each(Object.keys(LANGUAGES) as Language[])(
  'names the screen and the box that it sends to as those are called (%s)',
  async (language) => {
    await useLanguage(language);
    expect(refusalText(refusal('empty_clinic'))).toContain(t('settings.sync'));
    const ofVisits = (field: string) => refusalText(refusal('in_use', { field, detail: 'appointments', limit: 2 }));
    expect(ofVisits('staff')).toMatch(new RegExp(`[“«]${t('settings.is_active')}[”»]`));
    expect(ofVisits('services')).toMatch(new RegExp(`[“«]${t('settings.service_active')}[”»]`));
  },
);
