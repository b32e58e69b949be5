import type { ClientForm } from './client-form';

/** What somebody typed who was looked for in vain, as the beginning of a new client: a phone, an e-mail or a name. */
export function guessFrom(text: string): Partial<ClientForm> {
  const typed = text.trim();
  if (typed === '') return {};
  if (/^\S+@\S+$/.test(typed)) return { email: typed };
  if (/^[+\d][\d\s().-]{3,}$/.test(typed)) return { phone: typed };
  const [first = '', ...rest] = typed.split(/\s+/);
  return { first: capital(first), last: rest.map(capital).join(' ') };
}

// Names typed in a hurry are lower case; whoever took the trouble to write a capital meant what they wrote.
const capital = (word: string): string =>
  word === word.toLocaleLowerCase() ? word.slice(0, 1).toLocaleUpperCase() + word.slice(1) : word;
