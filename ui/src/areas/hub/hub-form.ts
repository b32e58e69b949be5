import type { JoinHub, Refusal, RefusalCode } from '$lib/backend';
import { t } from '$lib/i18n/index.svelte';
import { refusalText } from '$lib/i18n/refusals';

/** What opens a hub's door, as it is typed. */
export interface HubForm {
  address: string;
  code: string;
  deskName: string;
}

/** How many signs a code has. */
const SIGNS = 12;
/** What is heard as another sign. Source of the alphabet: Crockford's Base32. */
const HEARD: Record<string, string> = { O: '0', I: '1', L: '1' };

/** The signs of a code, as they were read out: any case, spaces or hyphens anywhere, O for 0, I and L for 1. */
export const signsOf = (typed: string): string =>
  typed
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replace(/[OIL]/g, (sign) => HEARD[sign] ?? sign)
    .slice(0, SIGNS);

/** A code in groups of four. */
export const formatCode = (typed: string): string => signsOf(typed).replace(/(.{4})(?=.)/g, '$1-');

/** Where the caret stands after so many signs of a formatted code. */
export const caretAfter = (signs: number): number => signs + Math.max(0, Math.ceil(signs / 4) - 1);

/** What a refusal of the hub is about, where it names no field itself. */
const ABOUT: Partial<Record<RefusalCode, string>> = {
  hub_unreachable: 'address',
  hub_busy: 'address',
  not_a_hub: 'address',
  hub_certificate: 'address',
  hub_too_old: 'address',
  hub_problem: 'address',
  other_clinic: 'address',
  proxy_limit: 'address',
  bad_code: 'code',
};

/** The field that a refusal stands at; none: it stands above the buttons. */
export const fieldOf = (refusal: Refusal): string | null => refusal.field ?? ABOUT[refusal.code] ?? null;

/** Why work with the hub broke off, in words. */
export const endOf = (refusal: Refusal): string =>
  refusal.code === 'cancelled' ? t('hub.join_stopped') : refusalText(refusal);

export const joinHubOf = (form: HubForm): JoinHub => ({
  address: form.address.trim(),
  code: formatCode(form.code),
  desk_name: form.deskName.trim(),
});

/** What to call this desk before somebody says otherwise: by its system. */
export function guessedDeskName(agent: string): string {
  const system = /Windows/.test(agent) ? 'Windows' : /Mac OS/.test(agent) ? 'Mac' : /Linux/.test(agent) ? 'Linux' : '';
  return system === '' ? t('hub.desk_guess_plain') : t('hub.desk_guess', { system });
}
