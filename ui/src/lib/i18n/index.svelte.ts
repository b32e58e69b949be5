import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { IntlMessageFormat } from 'intl-messageformat';
import type { Messages } from './messages.gen';

export type { Messages };
export type MessageKey = keyof Messages;
/** Keys whose message takes no arguments: those that may be chosen by a table. */
export type PlainKey = { [K in MessageKey]: Messages[K] extends undefined ? K : never }[MessageKey];
export type Language = 'en' | 'es';
/** A text, or the parsed form of a message with arguments. */
type Catalogue = Record<string, string | MessageFormatElement[]>;

export const LANGUAGES: Record<Language, string> = { en: 'English', es: 'Español' };

type Loader = () => Promise<{ default: Catalogue }>;

const loaders: Record<Language, Loader> = {
  en: () => import('virtual:messages/en'),
  es: () => import('virtual:messages/es'),
};
/** What is not said on the first screen. */
const laterLoaders: Record<Language, Loader> = {
  en: () => import('virtual:messages/en/later'),
  es: () => import('virtual:messages/es/later'),
};

let current = $state.raw<{ language: Language; locale: string; texts: Catalogue }>({
  language: 'en',
  locale: 'en',
  texts: {},
});
let formats = new Map<string, IntlMessageFormat>();

/** The language of the person's system, where there is a catalogue for it. */
export function systemLanguage(): Language {
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2));
  return wanted.find((tag): tag is Language => tag in loaders) ?? 'en';
}

/** What is asked for, which may change while texts are on their way. */
let wanted: { language: Language; region: string | null; later: boolean } = {
  language: 'en',
  region: null,
  later: false,
};

/** Brings the texts of what is asked for at the end, however often that changes on the way. */
async function bring(): Promise<void> {
  const asked = wanted;
  const { language, region, later } = asked;
  const parts = await Promise.all([loaders[language](), ...(later ? [laterLoaders[language]()] : [])]);
  if (wanted !== asked) return bring();
  const texts: Catalogue = Object.assign({}, ...parts.map((part) => part.default));
  formats = new Map();
  current = { language, texts, locale: region ? `${language}-${region}` : language };
  document.documentElement.lang = language;
}

/** Takes up a language; `region` is the clinic's, so that dates are written as they are there. */
export async function useLanguage(language: Language, region: string | null = null): Promise<void> {
  wanted = { ...wanted, language, region };
  return bring();
}

/** Brings the texts that are not there from the start. An area that speaks them is shown after it. */
export async function laterTexts(): Promise<void> {
  if (!wanted.later) wanted = { ...wanted, later: true };
  return bring();
}

/** What shows a part of the program once its texts are there. */
export const withLaterTexts =
  <T>(load: () => Promise<T>) =>
  async (): Promise<T> => {
    const [part] = await Promise.all([load(), laterTexts()]);
    return part;
  };

/** The language of the screens. */
export const language = (): Language => current.language;
/** The locale that dates, numbers and money are written in. */
export const locale = (): string => current.locale;

/** The text of a key, with its arguments filled in. */
export function t<K extends MessageKey>(key: K, ...args: Messages[K] extends undefined ? [] : [Messages[K]]): string {
  const text = current.texts[key];
  if (typeof text !== 'object') return text ?? key;
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new IntlMessageFormat(text, current.locale)));
  return format.format(args[0] as Record<string, string | number> | undefined) as string;
}

/** Whether the catalogue has a key, for keys put together from codes. */
export const hasText = (key: string): key is PlainKey => key in current.texts;
