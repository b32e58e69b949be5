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

  it('say a key in one place alone', () => {
    expect(Object.keys(en).filter((key) => key in later)).toEqual([]);
  });
});
