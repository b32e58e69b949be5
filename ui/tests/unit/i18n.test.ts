import { describe, expect, it } from 'vitest';
import { argumentsOf, catalogue, compiledMessages } from '../../scripts/i18n-types.mjs';
import en from 'virtual:messages/en';

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
    expect(Object.keys(en)).toEqual([...english.keys()]);
    expect(en).toEqual(JSON.parse(JSON.stringify(compiledMessages('en'))));
  });
});
