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

  it('speak Spanish in one voice, to a person whom they call tú', () => {
    const formal = [
      'usted(es)?',
      // What is asked for.
      'abra(?= cada)|arrastre|cancele|cierre|compruebe|deje|elija|empiece|escriba|espere|guarde|haga|introduzca|pida(?= un)|ponga|pulse|revise|seleccione',
      '(apúnte|compruébe|guárde|muéva|quíte)l[aeo]s?|elíja(lo|la)s?|(inténte|úse|déje)l[ao]|únase|ábral[ao]',
      'vuelva a (deshacer|entrar|intentarlo)|¿ha \\p{L}+',
      // What is theirs, and done for them.
      'su (función|contraseña)|con su propi[ao]|ponerle|podría(?= poner)',
    ];
    const isFormal = new RegExp(`(?<!\\p{L})(${formal.join('|')})(?!\\p{L})`, 'iu');
    expect([...spanish].filter(([, text]) => isFormal.test(text))).toEqual([]);
  });

  it('put no article before a time in Spanish, which is another one at one o’clock', () => {
    expect([...spanish].filter(([, text]) => /\blas? \{(when|time|until)\}/.test(text))).toEqual([]);
  });

  it('say a key in one place alone', () => {
    expect(Object.keys(en).filter((key) => key in later)).toEqual([]);
  });
});
