import type { Pet, PetChoice, PetField, PetPair, SamePets } from '../../src/lib/backend/bindings';
import type { Memory } from './clinic';
import { refusal, type Handlers, type World } from './world';

const FIELDS: PetField[] = [
  'name',
  'species',
  'breed',
  'color',
  'sex',
  'is_neutered',
  'born_on',
  'weight_grams',
  'microchip',
  'deceased_on',
  'alerts',
  'allergies',
];

const known = (pet: Pet, field: PetField): string | number | boolean | null =>
  field === 'sex' && pet.sex === 'unknown' ? null : pet[field];

/** Pets of one client by one name and species, that nobody told apart. */
export function samePets({ pets, dismissed }: Memory, clientId: string): SamePets[] {
  const own = pets.filter(({ client_id }) => client_id === clientId);
  return own.flatMap((one, place) =>
    own
      .slice(place + 1)
      .filter(
        (other) =>
          other.name.toLowerCase() === one.name.toLowerCase() &&
          other.species === one.species &&
          (other.deceased_on === null) === (one.deceased_on === null) &&
          !dismissed.includes(`${one.id}|${other.id}`),
      )
      .map((other) => ({ first: one.id, second: other.id, name: one.name })),
  );
}

export function samePetsHandlers(world: World): Handlers {
  const find = (id: string): Pet => {
    const found = world.memory.pets.find((pet) => pet.id === id);
    if (!found) throw refusal('not_found', { field: 'pet' });
    return found;
  };
  const pairOf = (into: Pet, from: Pet): PetPair => {
    const both = FIELDS.filter((field) => known(into, field) !== null && known(from, field) !== null);
    const plans = (pet: Pet) =>
      world.memory.visits.some(
        ({ pet_id, ends_at, status }) =>
          pet_id === pet.id && ends_at > world.now() && ['pending', 'confirmed', 'reminded'].includes(status),
      );
    const isOneDead = (into.deceased_on === null) !== (from.deceased_on === null);
    return {
      into,
      from,
      differs: both
        .filter((field) => into[field] !== from[field])
        .map((field) => ({ field, take: field === 'alerts' || field === 'allergies' ? 'both' : 'kept' })),
      fills: FIELDS.filter((field) => known(into, field) === null && known(from, field) !== null),
      hindrance:
        into.client_id !== from.client_id
          ? refusal('other_owner', { field: 'from_id' })
          : isOneDead && (plans(into) || plans(from))
            ? refusal('in_use', { field: 'pets', detail: 'dead_visit' })
            : null,
    };
  };
  return {
    compare_pets: ({ into, from }) => pairOf(find(into), find(from)),
    merge_pets: ({ input }) =>
      world.write('merge_pets', ['pets', 'appointments', 'medical_records', 'waitlist_entries'], (memory) => {
        const [into, from] = [find(input.into_id), find(input.from_id)];
        const { fills, differs, hindrance } = pairOf(into, from);
        if (hindrance) throw hindrance;
        for (const field of fills) Object.assign(into, { [field]: from[field] });
        for (const { field, take } of differs) {
          const choice = (input.choices as PetChoice[]).find((chosen) => chosen.field === field)?.take ?? take;
          if (choice === 'other') Object.assign(into, { [field]: from[field] });
          if (choice === 'both') Object.assign(into, { [field]: `${into[field]}\n\n${from[field]}` });
        }
        for (const item of [...memory.visits, ...memory.records, ...memory.waitlist])
          if (item.pet_id === from.id) item.pet_id = into.id;
        memory.pets = memory.pets.filter(({ id }) => id !== from.id);
        return null;
      }),
    // Said by this desk alone: there is no action that could be taken back.
    dismiss_same_pets: ({ first, second, areTwo }) => ({
      ...world.write('dismiss_duplicate', ['pets', 'clients'], (memory) => {
        const pair = `${first}|${second}`;
        memory.dismissed = [...memory.dismissed.filter((other) => other !== pair), ...(areTwo ? [pair] : [])];
        return null;
      }),
      undo: null,
    }),
  };
}
