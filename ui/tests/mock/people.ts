import type { Client, ClientDetails, ClientRow, PetChip, PetDetails } from '../../src/lib/backend/bindings';
import { dateOf } from '../../src/lib/time/zone';
import listed from '../../../crates/store/src/breeds/listed.json';
import { newId, type Memory } from './clinic';
import { saveWishes, written } from './messages';
import { samePets } from './same-pets';
import { card } from './schedule';
import { waitlistMatches } from './waitlist';
import { refusal, type Handlers, type World } from './world';

const fold = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** The least of none is no number. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
const PLANNED = ['pending', 'confirmed', 'reminded'];
const YEAR = 365 * 86_400_000;
/** As many hits as the core gives at the most, whatever was asked. */
const MOST_HITS = 120;

function row({ pets, visits }: Memory, client: Client, now: number): ClientRow {
  const own = visits.filter(({ client_id }) => client_id === client.id);
  const chips: PetChip[] = pets
    .filter((pet) => pet.client_id === client.id && !pet.deceased_on)
    .map(({ id, name, species, breed, alerts, allergies }) => ({
      id,
      name,
      species,
      breed,
      is_deceased: false,
      has_alert: !!(alerts || allergies),
    }));
  return {
    id: client.id,
    name: `${client.first_name} ${client.last_name}`.trim() || (client.phone ?? client.email ?? ''),
    email: client.email,
    phone: client.phone,
    pets: chips,
    tags: client.tags,
    last_visit_at:
      Math.max(0, ...own.filter(({ status }) => status === 'completed').map(({ starts_at }) => starts_at)) || null,
    next_visit_at: finite(
      Math.min(
        Infinity,
        ...own
          .filter(({ starts_at, status }) => starts_at > now && PLANNED.includes(status))
          .map(({ starts_at }) => starts_at),
      ),
    ),
    completed: own.filter(({ status }) => status === 'completed').length,
    no_shows: own.filter(({ status }) => status === 'no_show').length,
  };
}

/** The record of a weight. */
const weighing = (pet_id: string, grams: number, recorded_at: number, appointment_id: string | null) => ({
  pet_id,
  id: newId(),
  record_kind: 'weight' as const,
  title: 'Weight',
  body: null,
  weight_grams: grams,
  recorded_at,
  due_on: null,
  author_id: null,
  appointment_id,
});

/** The pet's own weight is that of its latest record. */
function followLatest(pets: Memory['pets'], records: Memory['records'], petId: string): null {
  const own = records.filter(({ pet_id, record_kind }) => pet_id === petId && record_kind === 'weight');
  const latest = own.sort((a, b) => b.recorded_at - a.recorded_at)[0];
  const pet = pets.find(({ id }) => id === petId);
  if (pet) pet.weight_grams = latest?.weight_grams ?? null;
  return null;
}

function clientPage(memory: Memory, id: string): Client {
  const client = memory.clients.find((candidate) => candidate.id === id);
  if (!client) throw refusal('not_found', { field: 'client' });
  const own = memory.visits.filter(({ client_id }) => client_id === id);
  const of = (status: string) => own.filter((visit) => visit.status === status);
  const times = own.map(({ starts_at }) => starts_at).sort((a, b) => a - b);
  return {
    ...written(client),
    same_pets: samePets(memory, id),
    pets: memory.pets
      .filter(({ client_id }) => client_id === id)
      .sort((a, b) => Number(!!a.deceased_on) - Number(!!b.deceased_on)),
    figures: {
      appointments: own.length,
      completed: of('completed').length,
      no_shows: of('no_show').length,
      cancellations: of('cancelled').length,
      reschedules: own.reduce((sum, { reschedule_count }) => sum + reschedule_count, 0),
      spent_cents: of('completed').reduce((sum, visit) => sum + (visit.final_cost_cents ?? 0), 0),
      balance_cents: of('completed')
        .filter(({ payment_status }) => payment_status === 'pending')
        .reduce((sum, visit) => sum + (visit.final_cost_cents ?? 0), 0),
      first_visit_at: times[0] ?? null,
      last_visit_at: of('completed').at(-1)?.starts_at ?? null,
      next_visit_at: times.find((at) => at > Date.now()) ?? null,
    },
  };
}

function mustHaveName(input: ClientDetails): void {
  if (!input.first_name.trim() && !input.last_name.trim() && !input.phone && !input.email)
    throw refusal('required', { field: 'first_name' });
}

/** Nothing was born or died later than today, nor died before it was born. */
function mustBeDays(world: World, { born_on, deceased_on }: PetDetails): void {
  const today = dateOf(world.now(), world.zone);
  if (born_on !== null && born_on > today) throw refusal('in_future', { field: 'born_on', detail: born_on });
  if (deceased_on !== null && deceased_on > today)
    throw refusal('in_future', { field: 'deceased_on', detail: deceased_on });
  if (born_on !== null && deceased_on !== null && deceased_on < born_on)
    throw refusal('before_birth', { field: 'deceased_on' });
}

export function peopleHandlers(world: World): Handlers {
  const rows = () =>
    world.memory.clients
      .filter(({ merged_into_id }) => !merged_into_id)
      .map((client) => row(world.memory, client, world.now()));
  const find = <T extends { id: string }>(list: T[], id: string, field: string): T => {
    const found = list.find((item) => item.id === id);
    if (!found) throw refusal('not_found', { field });
    return found;
  };
  return {
    clients: ({ query }) => {
      const bornAt = new Map(world.memory.clients.map(({ id, created_at }) => [id, created_at]));
      const all = rows()
        .filter(({ tags }) => !query.tag || tags.includes(query.tag))
        .filter(({ next_visit_at: next, last_visit_at: last }) =>
          query.only === 'coming' ? next !== null : query.only !== 'away' || (last ?? Infinity) < world.now() - YEAR,
        )
        .sort((a, b) => {
          if (query.only === 'coming') return (a.next_visit_at ?? 0) - (b.next_visit_at ?? 0);
          if (query.only === 'away') return (a.last_visit_at ?? 0) - (b.last_visit_at ?? 0);
          return query.sort === 'created'
            ? (bornAt.get(b.id) ?? 0) - (bornAt.get(a.id) ?? 0)
            : a.name.localeCompare(b.name);
        });
      return { rows: all.slice(query.offset, query.offset + query.limit), total: all.length };
    },
    breeds: ({ species }) => {
      const own = world.memory.pets.filter((pet) => pet.species === species).flatMap(({ breed }) => breed ?? []);
      const times = (breed: string): number => own.filter((other) => other === breed).length;
      const written = [...new Set(own)].sort((a, b) => times(b) - times(a));
      return [...new Set([...written, ...((listed.breeds as Record<string, string[]>)[species] ?? [])])];
    },
    all_tags: () => [...new Set(world.memory.clients.flatMap(({ tags }) => tags))].sort(),
    search: ({ text, limit }) => {
      const words = fold(text).split(/\s+/).filter(Boolean);
      return rows()
        .flatMap((client) => {
          const pets = world.memory.pets.filter(({ client_id }) => client_id === client.id);
          const all = fold(
            [client.name, client.phone, client.email, ...pets.flatMap(({ name, microchip }) => [name, microchip])].join(
              ' ',
            ),
          );
          if (!words.every((word) => all.includes(word))) return [];
          const pet = pets.find(({ name, microchip }) =>
            words.some((word) => fold(name).startsWith(word) || microchip?.includes(word)),
          );
          return [{ client, pet_id: fold(client.name).includes(words[0] ?? '') ? null : (pet?.id ?? null) }];
        })
        .slice(0, Math.min(limit, MOST_HITS));
    },
    client: ({ id }) => clientPage(world.memory, id),
    create_client: ({ input }) =>
      world.write('create_client', ['clients'], ({ clients, messages }) => {
        mustHaveName(input);
        const id = newId();
        const made: Client = {
          ...clientPage(world.memory, clients[0]!.id),
          ...input,
          id,
          pets: [],
          is_phone_unclear: false,
          created_at: world.now(),
        };
        saveWishes(made, input, world.now(), messages);
        clients.push(made);
        return id;
      }),
    save_client: ({ id, input }) =>
      world.write('save_client', ['clients', 'messages'], ({ clients, messages }) => {
        mustHaveName(input);
        const client = find(clients, id, 'client');
        const { wishes, ...rest } = input;
        Object.assign(client, rest);
        saveWishes(client, { ...rest, wishes }, world.now(), messages);
        return null;
      }),
    delete_client: ({ id }) =>
      world.write('delete_client', ['clients', 'pets'], (memory) => {
        memory.clients = memory.clients.filter((client) => client.id !== id);
        return null;
      }),
    merge_clients: ({ input }) =>
      world.write('merge_clients', ['clients', 'pets', 'appointments'], ({ clients, pets, visits }) => {
        find(clients, input.from_id, 'client').merged_into_id = input.into_id;
        for (const item of [...pets, ...visits]) if (item.client_id === input.from_id) item.client_id = input.into_id;
        return samePets(world.memory, input.into_id);
      }),
    possible_duplicates: ({ input, except }) =>
      rows()
        .filter(
          (client) =>
            client.id !== except &&
            ((input.phone && client.phone?.endsWith(input.phone.replace(/\D/g, '').slice(-9))) ||
              (input.email && client.email === input.email) ||
              (input.last_name && fold(client.name) === fold(`${input.first_name} ${input.last_name}`))),
        )
        .slice(0, 5),
    pet_page: ({ id }) => {
      const pet = find(world.memory.pets, id, 'pet');
      const client = find(world.memory.clients, pet.client_id, 'client');
      const records = world.memory.records.filter(({ pet_id }) => pet_id === id);
      const timeline = [
        ...world.memory.visits
          .filter(({ pet_id }) => pet_id === id)
          .map((visit) => ({
            at: visit.starts_at,
            entry: {
              kind: 'visit',
              visit: card(world, visit),
              notes: [visit.notes.reason, visit.notes.internal_notes].filter(Boolean).join(' · ') || null,
            },
          })),
        ...records.map((record) => ({ at: record.recorded_at, entry: { kind: 'record', record } })),
      ];
      return {
        pet,
        client_name: `${client.first_name} ${client.last_name}`,
        client_phone: client.phone,
        timeline: timeline.sort((a, b) => b.at - a.at).map(({ entry }) => entry),
        same: samePets(world.memory, pet.client_id).filter(({ first, second }) => [first, second].includes(id)),
        weights: records
          .filter(({ weight_grams }) => weight_grams)
          .sort((a, b) => a.recorded_at - b.recorded_at)
          .map(({ id, recorded_at, weight_grams }) => ({ id, recorded_at, grams: weight_grams })),
      };
    },
    create_pet: ({ clientId, input }) =>
      world.write('create_pet', ['pets'], ({ pets }) => {
        if (!input.name.trim()) throw refusal('required', { field: 'name' });
        mustBeDays(world, input);
        const id = newId();
        pets.push({ ...input, id, client_id: clientId });
        return id;
      }),
    save_pet: ({ id, input }) =>
      world.write('save_pet', ['medical_records', 'pets'], ({ pets, records }) => {
        mustBeDays(world, input);
        const pet = find(pets, id, 'pet');
        // Another weight is one that was weighed.
        if (input.weight_grams !== null && input.weight_grams !== pet.weight_grams)
          records.push(weighing(id, input.weight_grams, world.now(), null));
        Object.assign(pet, { ...input, weight_grams: input.weight_grams ?? pet.weight_grams });
        return null;
      }),
    delete_pet: ({ id }) =>
      world.write(
        'delete_pet',
        ['pets'],
        (memory) => ((memory.pets = memory.pets.filter((pet) => pet.id !== id)), null),
      ),
    move_pet: ({ id, clientId }) =>
      world.write('move_pet', ['pets'], ({ pets }) => ((find(pets, id, 'pet').client_id = clientId), null)),
    record_weight: ({ input }) =>
      world.write('record_weight', ['medical_records', 'pets'], ({ pets, records }) => {
        find(pets, input.pet_id, 'pet').weight_grams = input.grams;
        const record = weighing(input.pet_id, input.grams, input.recorded_at ?? world.now(), input.appointment_id);
        records.push(record);
        return record.id;
      }),
    correct_weight: ({ input }) =>
      world.write('correct_weight', ['medical_records', 'pets'], ({ pets, records }) => {
        const record = find(records, input.record_id, 'record');
        Object.assign(record, { weight_grams: input.grams, recorded_at: input.recorded_at ?? record.recorded_at });
        return followLatest(pets, records, record.pet_id);
      }),
    remove_weight: ({ id }) =>
      world.write('remove_weight', ['medical_records', 'pets'], ({ pets, records }) => {
        const record = find(records, id, 'record');
        records.splice(records.indexOf(record), 1);
        return followLatest(pets, records, record.pet_id);
      }),
    record_death: ({ input }) =>
      world.write('record_death', ['pets', 'appointments', 'waitlist_entries'], (memory) => {
        if (input.died_on > dateOf(world.now(), world.zone)) throw refusal('invalid', { field: 'died_on' });
        find(memory.pets, input.pet_id, 'pet').deceased_on = input.died_on;
        const ended = memory.visits.filter(
          ({ pet_id, ends_at, status }) => pet_id === input.pet_id && ends_at > world.now() && PLANNED.includes(status),
        );
        for (const visit of ended)
          Object.assign(visit, {
            status: 'cancelled',
            cancelled_at: world.now(),
            cancellation_reason: input.reason,
          });
        const waiting = memory.waitlist.filter(({ pet_id }) => pet_id === input.pet_id);
        memory.waitlist = memory.waitlist.filter((entry) => !waiting.includes(entry));
        return { cancelled_visits: ended.length, closed_entries: waiting.length };
      }),
    waitlist: () =>
      world.memory.waitlist
        .filter(({ status }) => status === 'active' || status === 'offered')
        .map((entry) => ({ ...entry, is_over: (entry.requested_on ?? '9') < dateOf(world.now(), world.zone) }))
        .sort((a, b) => b.priority - a.priority || a.created_at - b.created_at),
    add_to_waitlist: ({ input }) =>
      world.write('add_to_waitlist', ['waitlist_entries'], ({ waitlist, clients, pets }) => {
        const client = find(clients, input.client_id, 'client');
        const id = newId();
        waitlist.push({
          ...input,
          id,
          status: 'active',
          client_name: `${client.first_name} ${client.last_name}`,
          client_phone: client.phone,
          pet_name: pets.find((pet) => pet.id === input.pet_id)?.name ?? null,
          created_at: world.now(),
          is_over: false,
        });
        return id;
      }),
    save_waitlist_entry: ({ id, input }) =>
      world.write(
        'save_waitlist_entry',
        ['waitlist_entries'],
        ({ waitlist }) => (Object.assign(find(waitlist, id, 'waitlist_entry'), input), null),
      ),
    remove_from_waitlist: ({ id }) =>
      world.write(
        'remove_from_waitlist',
        ['waitlist_entries'],
        (memory) => ((memory.waitlist = memory.waitlist.filter((entry) => entry.id !== id)), null),
      ),
    waitlist_matches: ({ query }) => waitlistMatches(world, query),
    needs_attention: () => {
      const cards = world.memory.visits.map((visit) => card(world, visit));
      const all = rows();
      const awaiting_approval = cards
        .filter(({ status, starts_at }) => status === 'pending' && starts_at > world.now())
        .sort((a, b) => a.starts_at - b.starts_at)
        .slice(0, 6);
      const left_open = cards
        .filter(
          ({ status, ends_at }) =>
            ['confirmed', 'reminded', 'checked_in', 'in_progress'].includes(status) && ends_at < world.now(),
        )
        .sort((a, b) => b.starts_at - a.starts_at)
        .slice(0, 50);
      const duplicates = world.memory.dismissed.length ? [] : [{ first: all[3], second: all[40], reason: 'phone' }];
      const unclear_phones = world.memory.clients
        .filter(({ is_phone_unclear }) => is_phone_unclear)
        .map((client) => ({
          client_id: client.id,
          client_name: `${client.first_name} ${client.last_name}`,
          phone: client.phone,
        }));
      const unclear_emails = [{ client_id: all[7]!.id, client_name: all[7]!.name, email: 'ana@example,com' }];
      const clashes = cards
        .filter(({ has_clash }) => has_clash)
        .map((second) => ({
          first: cards.find(
            (other) =>
              other.id !== second.id &&
              other.staff_id === second.staff_id &&
              other.starts_at < second.ends_at &&
              other.ends_at > second.starts_at,
          )!,
          second,
        }))
        .filter(({ first, second }) => !world.memory.kept.includes(`${first.id}|${second.id}`));
      const failed_messages = [
        {
          client_id: all[5]!.id,
          recipient: all[5]!.name,
          error: 'No route to host',
          failed_at: world.now() - 7_200_000,
        },
      ];
      const isPlanned = ({ status, starts_at }: { status: string; starts_at: number }) =>
        ['pending', 'confirmed', 'reminded'].includes(status) && starts_at > world.now();
      const dead = new Set(world.memory.pets.filter(({ deceased_on }) => deceased_on !== null).map(({ id }) => id));
      const of_the_dead = cards.filter((visit) => isPlanned(visit) && visit.pet_id !== null && dead.has(visit.pet_id));
      // In place of one that another stands in place of as well.
      const inPlace = (visit: { id: string; previous_appointment_id: string | null }) =>
        world.memory.visits.some(
          ({ id, previous_appointment_id: of }) =>
            id !== visit.id && of !== null && of === visit.previous_appointment_id,
        );
      const moved = world.memory.visits.filter(
        (visit) => isPlanned(visit) && inPlace(visit) && !world.memory.stood.includes(visit.id),
      );
      const shown = {
        clashes,
        awaiting_approval,
        left_open,
        of_the_dead,
        moved_twice: moved.map((visit) => card(world, visit)),
        duplicates,
        failed_messages,
        unclear_phones,
        unclear_emails,
      };
      const counts = Object.fromEntries(Object.entries(shown).map(([kind, entries]) => [kind, entries.length]));
      const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
      return { ...shown, unclear_phones: unclear_phones.slice(0, 50), counts, total };
    },
    close_appointment: ({ id }) =>
      world.write('set_appointment_status', ['appointments'], ({ visits }) => {
        const visit = find(visits, id, 'appointment');
        const isUnseen = ['confirmed', 'reminded'].includes(visit.status) && visit.ends_at <= world.now();
        if (!isUnseen && !['in_progress', 'checked_in'].includes(visit.status))
          throw refusal('bad_transition', { detail: `${visit.status}>completed` });
        const isPast = dateOf(visit.ends_at, world.zone) < dateOf(world.now(), world.zone);
        const ended = isPast || isUnseen ? visit.ends_at : world.now();
        const began = visit.actual_start_at ?? visit.starts_at;
        Object.assign(visit, {
          status: 'completed',
          status_since: ended,
          actual_start_at: began,
          actual_end_at: ended,
        });
        return null;
      }),
    let_stand: ({ id }) => ({
      ...world.write('let_stand', ['appointments'], ({ stood }) => (stood.push(id), null)),
      undo: null,
    }),
    // Said by this desk alone: there is no action that could be taken back.
    dismiss_duplicate: ({ first, second, areTwo }) => ({
      ...world.write('dismiss_duplicate', ['clients'], (memory) => {
        const pair = `${first}|${second}`;
        memory.dismissed = [...memory.dismissed.filter((other) => other !== pair), ...(areTwo ? [pair] : [])];
        return null;
      }),
      undo: null,
    }),
  };
}
