import { backend, type AppointmentCard } from '$lib/backend';
import { locale, t } from '$lib/i18n/index.svelte';
import { clinicZone } from '$lib/session.svelte';
import { dateOf } from '$lib/time/zone';

export const petOf = (card: AppointmentCard): string => card.pet_name || card.client_name || t('visit.blocked');

export const idsOf = (cards: AppointmentCard[]): string[] => cards.map(({ id }) => id);

/** "Rex, Kit, and Tom". */
export const namesOf = (cards: AppointmentCard[]): string =>
  new Intl.ListFormat(locale(), { type: 'conjunction' }).format(cards.map(petOf));

/** Those booked together with the first of these visits that stand as it does, on its day, and are none of them: what became of one did so of them, mostly. */
export async function alikeOf(cards: AppointmentCard[]): Promise<AppointmentCard[]> {
  const [card] = cards;
  if (!card?.group_id) return [];
  // What cannot be read is not offered.
  const family = (await backend.appointment(card.id).catch(() => null))?.group ?? [];
  const dayOf = ({ starts_at }: AppointmentCard): string => dateOf(starts_at, clinicZone());
  const isAlike = (other: AppointmentCard): boolean =>
    other.status === card.status &&
    (other.picked_up_at === null) === (card.picked_up_at === null) &&
    dayOf(other) === dayOf(card) &&
    cards.every(({ id }) => id !== other.id);
  return family.filter(isAlike);
}

/** The offer to say the same of the others of a family. */
export const also = (cards: AppointmentCard[], run: () => void): { label: string; run: () => void } | undefined =>
  cards.length > 0 ? { label: t('visit.also', { pets: namesOf(cards) }), run } : undefined;
