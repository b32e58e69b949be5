import type { Pet, PetDetails, Sex, Species } from '$lib/backend';
import { gramsOf, typedOf, type WeightUnit } from '$lib/units';

/** A pet as it is typed. */
export interface PetForm {
  name: string;
  species: Species;
  breed: string;
  sex: Sex;
  neutered: 'yes' | 'no' | 'unknown';
  bornOn: string;
  /** In the unit of the clinic's region. */
  weight: number | null;
  color: string;
  microchip: string;
  allergies: string;
  alerts: string;
  deceasedOn: string;
}

export const SPECIES: Species[] = [
  'dog',
  'cat',
  'rabbit',
  'bird',
  'guinea_pig',
  'hamster',
  'ferret',
  'reptile',
  'horse',
  'other',
];

export const emptyPet = (): PetForm => ({
  name: '',
  species: 'dog',
  breed: '',
  sex: 'unknown',
  neutered: 'unknown',
  bornOn: '',
  weight: null,
  color: '',
  microchip: '',
  allergies: '',
  alerts: '',
  deceasedOn: '',
});

export const petFormOf = (pet: Pet, unit: WeightUnit): PetForm => ({
  name: pet.name,
  species: pet.species,
  breed: pet.breed ?? '',
  sex: pet.sex,
  neutered: pet.is_neutered === null ? 'unknown' : pet.is_neutered ? 'yes' : 'no',
  bornOn: pet.born_on ?? '',
  weight: typedOf(pet.weight_grams, unit),
  color: pet.color ?? '',
  microchip: pet.microchip ?? '',
  allergies: pet.allergies ?? '',
  alerts: pet.alerts ?? '',
  deceasedOn: pet.deceased_on ?? '',
});

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

/** The names the core has for the fields of the form. */
export const SHOWN = [
  'name',
  'species',
  'breed',
  'sex',
  'is_neutered',
  'born_on',
  'weight_grams',
  'color',
  'microchip',
  'allergies',
  'alerts',
  'deceased_on',
];

/** What is typed, as the core takes it. A weight that was not touched stays what it was to the gram, whatever the unit shows of it. */
export const petDetailsOf = (form: PetForm, unit: WeightUnit, pet?: Pet): PetDetails => ({
  name: form.name,
  species: form.species,
  breed: orNull(form.breed),
  sex: form.sex,
  is_neutered: form.neutered === 'unknown' ? null : form.neutered === 'yes',
  born_on: orNull(form.bornOn),
  weight_grams: pet && typedOf(pet.weight_grams, unit) === form.weight ? pet.weight_grams : gramsOf(form.weight, unit),
  color: orNull(form.color),
  microchip: orNull(form.microchip),
  allergies: orNull(form.allergies),
  alerts: orNull(form.alerts),
  deceased_on: orNull(form.deceasedOn),
});
