import { describe, expect, it } from 'vitest';
import { argumentsOf, catalogue, compiledMessages } from '../../scripts/i18n-types.mjs';
import en from 'virtual:messages/en';
import later from 'virtual:messages/en/later';

const english = catalogue('en');
const spanish = catalogue('es');

describe('the catalogues', () => {
  it('have the same keys', () => {
    expect([...spanish.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it('take the same arguments', () => {
    for (const [key, text] of english) expect(argumentsOf(spanish.get(key)!), key).toEqual(argumentsOf(text));
  });

  it('leave no message empty', () => {
    for (const [key, text] of [...english, ...spanish]) expect(text.trim(), key).not.toBe('');
  });

  it('are what the program loads', () => {
    expect([...Object.keys(en), ...Object.keys(later)]).toEqual([...english.keys()]);
    expect(en).toEqual(JSON.parse(JSON.stringify(compiledMessages('en', 'first'))));
    expect(later).toEqual(JSON.parse(JSON.stringify(compiledMessages('en', 'later'))));
  });

  it('have one Spanish word for one thing: a cita, a profesional, eliminado, terminada, the owner of a pet a dueño', () => {
    const other = /visitas?\b|colega|compañer|\bborrad[oa]|completad[oa]s?\b|cronolog/i;
    const said = [...spanish].filter(([key, text]) => other.test(text) && !key.startsWith('import.'));
    expect(said).toEqual([]);
    expect(spanish.get('record.action_move_pet')).toContain('dueño');
  });

  it('put no article before a time in Spanish, which is another one at one o’clock', () => {
    expect([...spanish].filter(([, text]) => /\blas? \{(when|time|until)\}/.test(text))).toEqual([]);
  });

  it('say a key in one place alone', () => {
    expect(Object.keys(en).filter((key) => key in later)).toEqual([]);
  });
});
