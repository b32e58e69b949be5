import type { Pet, PetDetails, Sex, Species } from '$lib/backend';

/** A pet as it is typed. */
export interface PetForm {
  name: string;
  species: Species;
  breed: string;
  sex: Sex;
  neutered: 'yes' | 'no' | 'unknown';
  bornOn: string;
  kilograms: number | null;
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
  kilograms: null,
  color: '',
  microchip: '',
  allergies: '',
  alerts: '',
  deceasedOn: '',
});

export const petFormOf = (pet: Pet): PetForm => ({
  name: pet.name,
  species: pet.species,
  breed: pet.breed ?? '',
  sex: pet.sex,
  neutered: pet.is_neutered === null ? 'unknown' : pet.is_neutered ? 'yes' : 'no',
  bornOn: pet.born_on ?? '',
  kilograms: pet.weight_grams === null ? null : pet.weight_grams / 1000,
  color: pet.color ?? '',
  microchip: pet.microchip ?? '',
  allergies: pet.allergies ?? '',
  alerts: pet.alerts ?? '',
  deceasedOn: pet.deceased_on ?? '',
});

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());
export const gramsOf = (kilograms: number | null): number | null =>
  kilograms === null ? null : Math.round(kilograms * 1000);

/** What is typed, as the core takes it. */
export const petDetailsOf = (form: PetForm): PetDetails => ({
  name: form.name,
  species: form.species,
  breed: orNull(form.breed),
  sex: form.sex,
  is_neutered: form.neutered === 'unknown' ? null : form.neutered === 'yes',
  born_on: orNull(form.bornOn),
  weight_grams: gramsOf(form.kilograms),
  color: orNull(form.color),
  microchip: orNull(form.microchip),
  allergies: orNull(form.allergies),
  alerts: orNull(form.alerts),
  deceased_on: orNull(form.deceasedOn),
});
