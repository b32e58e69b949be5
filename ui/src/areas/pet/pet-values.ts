import type { PetDetails, PetField } from '$lib/backend';
import { t, type PlainKey } from '$lib/i18n/index.svelte';
import { formatDate, formatWeight } from '$lib/time/format';

/** What a pet has under a field, in words; empty where nothing is known. */
export function petValue(pet: PetDetails, field: PetField): string {
  switch (field) {
    case 'species':
      return t(`species.${pet.species}`);
    case 'sex':
      return t(`pet.${pet.sex}`);
    case 'is_neutered':
      return pet.is_neutered === null ? '' : t(pet.is_neutered ? 'common.yes' : 'common.no');
    case 'born_on':
    case 'deceased_on':
      return pet[field] === null ? '' : formatDate(pet[field]);
    case 'weight_grams':
      return pet.weight_grams === null ? '' : formatWeight(pet.weight_grams);
    default:
      return pet[field] ?? '';
  }
}

const LABELS: Partial<Record<PetField, PlainKey>> = {
  color: 'pet.color_markings',
  is_neutered: 'pet.neutered',
  weight_grams: 'pet.weight',
};

/** What a field is called on the form of a pet. */
export const petFieldLabel = (field: PetField): string => t(LABELS[field] ?? (`field.${field}` as PlainKey));
