// A clinic in memory for looking at screens and for browser tests. Never part of a build.
import type {
  AppointmentDetail,
  AppointmentStatus,
  AppState,
  Clinic,
  Client,
  MedicalRecord,
  Pet,
  ScheduleOverride,
  Service,
  Species,
  Staff,
  ResendChange,
  UnfinishedJoin,
  WaitlistEntry,
  WeeklyHours,
} from '../../src/lib/backend/bindings';
import { addDays, dateOf, instantAt, MINUTE, startOfWeek, weekday } from '../../src/lib/time/zone';
import { makeHub, type HubMemory, type HubStanding } from './hub';
import type { KeptMessage } from './messages';
import { BREEDS, FIRST, LAST, PETS, REASONS } from './names';

/** A visit as the memory keeps it; cards and details are made of it. */
export type Visit = Omit<
  AppointmentDetail,
  | 'client_name'
  | 'client_phone'
  | 'pet_name'
  | 'species'
  | 'has_alert'
  | 'pet_alerts'
  | 'pet_allergies'
  | 'pet_deceased_on'
  | 'breed'
  | 'client_no_shows'
  | 'client_visits'
  | 'balance_cents'
  | 'overdue_vaccinations'
  | 'group'
  | 'series'
  | 'next_statuses'
  | 'has_clash'
>;

export interface Memory {
  /** What was last printed. */
  printed?: { path: string; date: string; staff: string | null };
  app: AppState;
  clinic: Clinic;
  staff: Staff[];
  pins: Record<string, string>;
  services: Service[];
  hours: WeeklyHours[];
  overrides: ScheduleOverride[];
  clients: Client[];
  pets: Pet[];
  records: (MedicalRecord & { pet_id: string })[];
  visits: Visit[];
  /** The latest first. */
  messages: KeptMessage[];
  waitlist: WaitlistEntry[];
  dismissed: string[];
  /** Visits that two desks made doubtful and that stand. */
  stood: string[];
  /** Clashes that are kept knowingly, `first|second`. */
  kept: string[];
  hub: HubMemory;
  /** What was last sent again. */
  resent?: ResendChange;
  /** Where something rejected was last written to. */
  exported?: string;
  desk: Record<string, string>;
  drafts: Record<string, string>;
  /** The recovery passphrase, where one was set. */
  recovery?: string;
  wrongPassphrases: number;
}

/** The passphrase of the file, where it has one. */
export const GOOD_PASSPHRASE = 'correct horse battery';

export interface MockOptions {
  /** What the desk has kept for itself, as JSON. */
  desk?: Record<string, string>;
  /** A clinic that this desk was joining when the program ended. */
  unfinishedJoin?: UnfinishedJoin;
  /** What else the core says of where the program stands. */
  app?: Partial<AppState>;
  timezone?: string;
  locale?: string;
  phase?: AppState['phase']['name'];
  /** Visits of each working colleague a day; 8 is a usual day. */
  busy?: number;
  now?: number;
  /** The clinic has a hub, which stands so to this desk. */
  hub?: HubStanding;
  /** Minutes by which this computer's clock is behind the hub's. */
  clock?: number;
  /** Desks disagreed: two visits at one time, something rejected, texts that lost. */
  conflicts?: boolean;
  /** Whose role the person at the desk has; the owner where nothing is said. */
  signedIn?: Staff['role'];
}

/** Mulberry32: the same seed, the same clinic. */
export function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

let counter = 0;
/** A new id, in the form of the core's. */
export const newId = (): string => `0190a000-0000-7000-8000-${(++counter).toString(16).padStart(12, '0')}`;

const STAFF: [string, string, Staff['role'], string][] = [
  ['Carmen', 'Ruiz', 'owner', '#0b7a75'],
  ['Marc', 'Vidal', 'veterinarian', '#2563a8'],
  ['Aisha', 'Khan', 'veterinarian', '#6d4fc2'],
  ['Jon', 'Etxeberria', 'groomer', '#c86a12'],
  ['Lena', 'Fischer', 'technician', '#a23b8f'],
  ['Rosa', 'Martín', 'front_desk', '#6b7280'],
];

const SERVICES: [string, Service['kind'], number, number, number, string][] = [
  ['Consultation', 'medical', 30, 0, 4500, '#2563a8'],
  ['Vaccination', 'medical', 20, 0, 3800, '#2f7d4f'],
  ['Surgery', 'medical', 90, 15, 22000, '#c0392b'],
  ['Dental cleaning', 'medical', 60, 10, 12000, '#6d4fc2'],
  ['Nail trim', 'grooming', 15, 0, 1500, '#a88100'],
  ['Full groom', 'grooming', 90, 10, 5500, '#c86a12'],
  ['Check-up after surgery', 'medical', 20, 0, 0, '#0b7a75'],
];

export function makeClinic(options: MockOptions = {}): Memory {
  counter = 0;
  const next = random(7);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const zone = options.timezone ?? 'Europe/Madrid';
  const now = options.now ?? Date.now();
  const today = dateOf(now, zone);

  const clinic: Clinic = {
    id: newId(),
    name: 'Clínica Las Acacias',
    email: 'hola@acacias.example',
    phone: '+34915550100',
    website_url: 'https://acacias.example',
    address: 'Calle de las Acacias 12, Madrid',
    timezone: zone,
    locale: options.locale ?? 'es-ES',
    currency: 'EUR',
    currency_digits: 2,
    google_review_url: null,
  };
  const staff: Staff[] = STAFF.map(([first_name, last_name, role, color]) => ({
    id: newId(),
    first_name,
    last_name,
    role,
    color,
    email: null,
    is_active: true,
    is_bookable: role !== 'front_desk',
    has_pin: role === 'owner',
  }));
  const services: Service[] = SERVICES.map(
    ([name, kind, duration_minutes, buffer_minutes, base_price_cents, color], index) => ({
      id: newId(),
      name,
      kind,
      duration_minutes,
      buffer_minutes,
      base_price_cents,
      color,
      description: null,
      requires_approval: false,
      advance_booking_days: 90,
      min_advance_hours: 2,
      cancellation_cutoff_hours: 24,
      max_per_slot: 1,
      is_online: index < 2,
      is_active: true,
      staff_roles: kind === 'grooming' ? ['groomer', 'technician'] : ['owner', 'veterinarian'],
      form_fields:
        name === 'Surgery'
          ? [
              { name: 'Fasting since last night?', field_type: 'yes_no', is_required: true, choices: [] },
              { name: 'Weight today (kg)', field_type: 'number', is_required: false, choices: [] },
            ]
          : name === 'Full groom'
            ? [{ name: 'Cut', field_type: 'choice', is_required: true, choices: ['Short', 'Teddy', 'Breed standard'] }]
            : [],
    }),
  );
  const working = staff.filter(({ is_bookable }) => is_bookable);
  const hours: WeeklyHours[] = working.flatMap((person) =>
    [1, 2, 3, 4, 5, 6]
      .filter((day) => day !== 6 || person.role !== 'technician')
      .map((day) => ({
        id: newId(),
        staff_id: person.id,
        day_of_week: day,
        start: day === 6 ? '09:00' : '08:00',
        end: day === 6 ? '14:00' : '18:30',
        effective_from: '2020-01-01',
        effective_until: null,
        slot_minutes: 15,
        buffer_minutes: 0,
        max_per_slot: 1,
        breaks: day === 6 ? [] : [{ start: '13:00', end: '14:00' }],
      })),
  );
  const overrides: ScheduleOverride[] = [
    {
      id: newId(),
      staff_id: working[4]!.id,
      kind: 'unavailable',
      on_date: addDays(today, 1),
      start: null,
      end: null,
      reason: 'Training',
      recurrence: null,
    },
    {
      id: newId(),
      staff_id: working[1]!.id,
      kind: 'emergency_only',
      on_date: today,
      start: '17:00',
      end: '18:30',
      reason: 'Emergencies',
      recurrence: null,
    },
  ];
  const clients: Client[] = [];
  const pets: Pet[] = [];
  const records: Memory['records'] = [];
  for (let index = 0; index < 160; index++) {
    const first_name = pick(FIRST);
    const last_name = `${pick(LAST)}${next() < 0.3 ? ` ${pick(LAST)}` : ''}`;
    const id = newId();
    const own: Pet[] = Array.from({ length: next() < 0.3 ? (next() < 0.3 ? 3 : 2) : 1 }, () => {
      const species: Species = pick(['dog', 'dog', 'dog', 'cat', 'cat', 'rabbit', 'bird'] as const);
      return {
        id: newId(),
        client_id: id,
        name: pick(PETS),
        species,
        breed: pick(BREEDS[species as keyof typeof BREEDS]),
        sex: pick(['female', 'male'] as const),
        is_neutered: next() < 0.6,
        born_on: addDays(today, -Math.floor(next() * 4000) - 60),
        weight_grams:
          species === 'dog'
            ? 6000 + Math.floor(next() * 30000)
            : species === 'cat'
              ? 3000 + Math.floor(next() * 3000)
              : 600 + Math.floor(next() * 1500),
        color: null,
        microchip: next() < 0.7 ? `9410000${String(Math.floor(next() * 1e8)).padStart(8, '0')}` : null,
        allergies: next() < 0.08 ? 'Penicillin' : null,
        alerts: next() < 0.1 ? 'Bites when held: muzzle first' : null,
        deceased_on: next() < 0.02 ? addDays(today, -40) : null,
      };
    });
    pets.push(...own);
    for (const pet of own) {
      if (next() < 0.6)
        records.push({
          pet_id: pet.id,
          id: newId(),
          record_kind: 'vaccination',
          title: 'Rabies',
          body: null,
          weight_grams: null,
          recorded_at: now - Math.floor(400 * 86_400_000 * next()),
          due_on: addDays(today, Math.floor(next() * 300) - 60),
          author_id: working[1]!.id,
          appointment_id: null,
        });
      // The last weight is the pet's own; none is from before it was born or after it died.
      for (let back = 4; back >= 0; back--) {
        const share = back === 0 ? 1 : 1 - back * 0.03 * next();
        const on = addDays(today, -back * 95 - 3);
        if (on < (pet.born_on ?? '') || on > (pet.deceased_on ?? today)) continue;
        records.push({
          pet_id: pet.id,
          id: newId(),
          record_kind: 'weight',
          title: 'Weight',
          body: null,
          weight_grams: Math.round((pet.weight_grams ?? 5000) * share),
          recorded_at: now - (back * 95 + 3) * 86_400_000,
          due_on: null,
          author_id: working[4]!.id,
          appointment_id: null,
        });
      }
    }
    const isPhoneUnclear = index === 11;
    clients.push({
      id,
      first_name,
      last_name,
      email:
        next() < 0.8
          ? `${first_name}.${last_name.split(' ')[0]}@mail.example`
              .toLowerCase()
              .normalize('NFD')
              .replace(/[^a-z@.]/g, '')
          : null,
      phone: isPhoneUnclear ? '91 555 (old no.)' : `+346${String(10_000_000 + Math.floor(next() * 89_999_999))}`,
      address: null,
      notes: next() < 0.1 ? 'Prefers mornings' : null,
      tags: next() < 0.2 ? [pick(['VIP', 'breeder', 'shelter', 'payment plan'])] : [],
      custom_fields: {},
      wishes: null,
      is_phone_unclear: isPhoneUnclear,
      source: 'manual',
      email_status: 'subscribed',
      sms_opted_out_at: null,
      reach: null,
      membership_status: 'none',
      pets: [],
      same_pets: [],
      figures: {
        appointments: 0,
        completed: 0,
        no_shows: 0,
        cancellations: 0,
        reschedules: 0,
        spent_cents: null,
        balance_cents: null,
        first_visit_at: null,
        last_visit_at: null,
        next_visit_at: null,
      },
      merged_into_id: null,
      created_at: now - Math.floor(next() * 900) * 86_400_000,
    });
  }

  const visits: Visit[] = [];
  const monday = startOfWeek(today, 1);
  for (let offset = -28; offset < 35; offset++) {
    const date = addDays(monday, offset);
    if (weekday(date) === 0) continue;
    for (const person of working) {
      const able = services.filter((service) => service.staff_roles.includes(person.role));
      const shifts =
        weekday(date) === 6
          ? [[540, 840]]
          : [
              [480, 780],
              [840, 1110],
            ];
      const share = options.busy ? 1 : Math.abs(offset - 5) > 12 ? 0.35 : 0.8;
      for (const [from, to] of shifts as [number, number][]) {
        let at = from + (options.busy ? 0 : Math.floor(next() * 3) * 15);
        while (at < to) {
          const service = pick(able);
          const length = options.busy ? Math.max(5, Math.floor(540 / options.busy)) : service.duration_minutes;
          if (at + length > to) break;
          if (next() < share)
            visits.push(makeVisit(date, at, length, person, service, pick(pets.filter((pet) => !pet.deceased_on))));
          at += Math.ceil((length + (options.busy ? 0 : service.buffer_minutes + Math.floor(next() * 3) * 10)) / 5) * 5;
        }
      }
    }
  }

  function makeVisit(date: string, at: number, length: number, person: Staff, service: Service, pet: Pet): Visit {
    const starts_at = instantAt(date, at, zone);
    const ends_at = starts_at + length * MINUTE;
    const dice = next();
    let status: AppointmentStatus = dice < 0.06 ? 'pending' : dice < 0.5 ? 'reminded' : 'confirmed';
    if (ends_at < now - 15 * MINUTE) status = dice < 0.07 ? 'no_show' : dice < 0.12 ? 'cancelled' : 'completed';
    else if (starts_at < now) status = dice < 0.15 ? 'reminded' : dice < 0.35 ? 'checked_in' : 'in_progress';
    else if (starts_at < now + 50 * MINUTE && dice < 0.6) status = 'checked_in';
    return {
      id: newId(),
      staff_id: person.id,
      client_id: pet.client_id,
      pet_id: pet.id,
      service_id: service.id,
      title: null,
      starts_at,
      ends_at,
      actual_start_at: null,
      actual_end_at: null,
      status,
      status_since: ['pending', 'confirmed', 'reminded'].includes(status)
        ? starts_at - 2 * 86_400_000
        : status === 'completed'
          ? ends_at
          : Math.min(now - (2 + Math.floor(dice * 40)) * MINUTE, starts_at - 5 * MINUTE),
      // Of those who are done today, every third waits still.
      picked_up_at:
        status === 'completed' && (date !== today || visits.length % 3 > 0)
          ? Math.min(ends_at + (5 + (visits.length % 20)) * MINUTE, now)
          : null,
      is_emergency: next() < 0.03,
      is_overbooked: false,
      series_id: null,
      group_id: null,
      booking_method: pick(['phone', 'phone', 'online', 'admin'] as const),
      booking_reference: `AC-${1000 + visits.length}`,
      notes: {
        title: null,
        reason: next() < 0.6 ? pick(REASONS) : null,
        symptoms: null,
        special_requests: null,
        client_notes: null,
        internal_notes: next() < 0.15 ? 'Call the owner when ready' : null,
        pickup_address: null,
      },
      estimated_cost_cents: service.base_price_cents,
      final_cost_cents: status === 'completed' ? service.base_price_cents : null,
      payment_status: status === 'completed' ? (next() < 0.85 ? 'paid' : 'pending') : 'none',
      cancelled_at: null,
      cancellation_reason: null,
      reschedule_count: 0,
      previous_appointment_id: null,
      next_appointment_id: null,
      recurrence: null,
      answers: [],
      created_at: starts_at - 5 * 86_400_000,
    };
  }

  const waitlist: WaitlistEntry[] = clients.slice(20, 27).map((client, index) => {
    const pet = pets.find(({ client_id }) => client_id === client.id)!;
    return {
      id: newId(),
      client_id: client.id,
      pet_id: pet.id,
      service_id: services[index % 3]!.id,
      staff_id: index % 2 ? working[1]!.id : null,
      requested_on: index % 3 === 0 ? addDays(today, 1) : null,
      earliest: index % 2 ? '09:00' : null,
      latest: index % 2 ? '12:30' : null,
      priority: index % 3,
      notes: index === 0 ? 'Can come at short notice' : null,
      status: 'active',
      client_name: `${client.first_name} ${client.last_name}`,
      client_phone: client.phone,
      pet_name: pet.name,
      created_at: now - (index + 1) * 1.3 * 86_400_000,
      is_over: false,
    };
  });

  const app: AppState = {
    phase: { name: 'ready' },
    version: '0.1.0',
    clinic,
    staff: staff.find(({ role }) => role === (options.signedIn ?? 'owner')) ?? staff[0]!,
    file: '~/.local/share/app.petrel.desk/clinic.petrel',
    key_store: 'keychain',
    is_keychain_ok: true,
    last_backup_at: now - 23 * MINUTE,
    backup_problem: null,
    auto_lock_minutes: 10,
    is_demo: false,
    has_recovery: false,
    lacks_recovery: false,
    second_folder: null,
    recovered: null,
    unfinished_join: options.unfinishedJoin ?? null,
    ...options.app,
  };
  if (options.phase && options.phase !== 'ready') {
    app.staff = null;
    if (options.phase !== 'signed_out') app.clinic = null;
    const refusal = { code: 'corrupt' as const, field: null, limit: null, until: null, alternatives: [], detail: null };
    if (options.phase === 'trouble') app.phase = { name: 'trouble', refusal };
    else if (options.phase === 'opening') app.phase = { name: 'opening', waits_for: 'keychain' };
    else app.phase = { name: options.phase };
  }
  const memory: Omit<Memory, 'hub'> = {
    app,
    clinic,
    staff,
    pins: { [staff[0]!.id]: '1234' },
    services,
    hours,
    overrides,
    clients,
    pets,
    records,
    visits,
    messages: [],
    waitlist,
    dismissed: [],
    stood: [],
    wrongPassphrases: 0,
    kept: [],
    desk: { ...options.desk },
    drafts: {},
  };
  if (options.conflicts) clash(memory, now);
  return { ...memory, hub: makeHub(options, memory, now) };
}

/** Two desks booked the same hour: of one colleague's coming visits the second is moved onto the first. */
function clash({ visits, staff }: Omit<Memory, 'hub'>, now: number): void {
  const [first, second] = visits
    .filter((visit) => visit.staff_id === staff[1]!.id && visit.starts_at > now && visit.status !== 'pending')
    .sort((a, b) => a.starts_at - b.starts_at);
  if (!first || !second) return;
  for (const visit of [first, second]) visit.status = 'confirmed';
  Object.assign(second, {
    starts_at: first.starts_at,
    ends_at: first.starts_at + (second.ends_at - second.starts_at),
    is_overbooked: true,
  });
}
