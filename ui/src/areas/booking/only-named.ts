import type { PetDetails } from '$lib/backend';
import type { NewPet } from './booking';

/** A pet of which a name alone is known yet, and what it is. */
export const onlyNamed = ({ name, species }: NewPet): PetDetails => ({
  name: name.trim(),
  species,
  breed: null,
  sex: 'unknown',
  is_neutered: null,
  born_on: null,
  weight_grams: null,
  color: null,
  microchip: null,
  allergies: null,
  alerts: null,
  deceased_on: null,
});
