import type { ClinicKind, KeyStore, NewClinic } from '$lib/backend';

/** The form as it is typed. */
export interface NewClinicForm {
  name: string;
  kind: ClinicKind;
  timezone: string;
  locale: string;
  currency: string;
  first: string;
  last: string;
  email: string;
  pin: string;
  keyStore: KeyStore;
  passphrase: string;
}

/** The region's usual currency; of a region that is not here the person chooses it. */
const CURRENCIES: Record<string, string> = {
  US: 'USD',
  GB: 'GBP',
  CA: 'CAD',
  AU: 'AUD',
  NZ: 'NZD',
  CH: 'CHF',
  MX: 'MXN',
  AR: 'ARS',
  CL: 'CLP',
  CO: 'COP',
  PE: 'PEN',
  UY: 'UYU',
  PY: 'PYG',
  BO: 'BOB',
  EC: 'USD',
  VE: 'VES',
  CR: 'CRC',
  GT: 'GTQ',
  HN: 'HNL',
  NI: 'NIO',
  SV: 'USD',
  DO: 'DOP',
  PR: 'USD',
  BR: 'BRL',
  ZA: 'ZAR',
  IN: 'INR',
  JP: 'JPY',
  SE: 'SEK',
  NO: 'NOK',
  DK: 'DKK',
  PL: 'PLN',
  CZ: 'CZK',
};
const EURO = [
  'ES',
  'DE',
  'FR',
  'IT',
  'PT',
  'NL',
  'BE',
  'AT',
  'IE',
  'FI',
  'GR',
  'LU',
  'SK',
  'SI',
  'EE',
  'LV',
  'LT',
  'HR',
  'MT',
  'CY',
];

/** The currency of a locale's region; empty where it is not known: nobody is given another country's. */
export function currencyOf(locale: string): string {
  const region = locale.split('-').at(-1)?.toUpperCase() ?? '';
  return EURO.includes(region) ? 'EUR' : (CURRENCIES[region] ?? '');
}

/** Every currency there is, by its code and its name in a language. */
export function currencies(language: string): { value: string; label: string }[] {
  const names = new Intl.DisplayNames([language], { type: 'currency' });
  return Intl.supportedValuesOf('currency').map((code) => ({ value: code, label: `${code} · ${names.of(code)}` }));
}

/** Regions offered, in the languages the program speaks. */
export const LOCALES = [
  'en-US',
  'en-GB',
  'en-CA',
  'en-AU',
  'en-NZ',
  'en-IE',
  'es-ES',
  'es-MX',
  'es-AR',
  'es-CL',
  'es-CO',
  'es-US',
];

/** A computer's locale, where it names a country, as a language and that country; a computer set to `C` says `c`. */
function ofCountry(locale: string): string | null {
  try {
    const { language, region } = new Intl.Locale(locale);
    return region !== undefined && /^[A-Z]{2}$/.test(region) ? `${language}-${region}` : null;
  } catch {
    return null;
  }
}

/** The locale that a clinic on this computer most likely has: the computer's own, whatever its country. */
export function nearestLocale(locale: string): string {
  const language = locale.split('-')[0];
  return ofCountry(locale) ?? LOCALES.find((offered) => offered.startsWith(`${language}-`)) ?? 'en-US';
}

/** Where a new clinic's form begins: the computer's country, in the language that is in use. */
export function startLocale(own: string, language: string): string {
  const there = ofCountry(own);
  return nearestLocale(there === null ? language : `${language}-${there.split('-').at(-1)}`);
}

/** What is offered: the computer's own first. */
export const offeredLocales = (own: string): string[] => [...new Set([nearestLocale(own), ...LOCALES])];

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

/** The form as the core takes it. */
export function newClinicOf(form: NewClinicForm): NewClinic {
  return {
    name: form.name,
    kind: form.kind,
    timezone: form.timezone,
    locale: form.locale,
    currency: form.currency,
    owner_first_name: form.first,
    owner_last_name: form.last,
    owner_email: orNull(form.email),
    owner_pin: orNull(form.pin),
    key_store: form.keyStore,
    passphrase: form.keyStore === 'passphrase' ? form.passphrase : null,
  };
}
