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

/** The region's usual currency; what is not here is typed. */
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

/** The currency of a locale's region. */
export function currencyOf(locale: string): string {
  const region = locale.split('-').at(-1)?.toUpperCase() ?? '';
  return EURO.includes(region) ? 'EUR' : (CURRENCIES[region] ?? 'USD');
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

/** The offered locale nearest to the computer's. */
export function nearestLocale(locale: string): string {
  const language = locale.split('-')[0];
  return (
    LOCALES.find((offered) => offered === locale) ??
    LOCALES.find((offered) => offered.startsWith(`${language}-`)) ??
    'en-US'
  );
}

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
