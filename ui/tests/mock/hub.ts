// A hub in memory beside the clinic in memory: codes, devices, what it rejects, what lost, and the history of records.
import type {
  AppState,
  HistoryEntry,
  HubDevice,
  HubTrouble,
  JoinHub,
  LostChoice,
  RecordValue,
  RejectedChange,
  RepairedTable,
  Seq,
  SyncState,
} from '../../src/lib/backend/bindings';
import type { Memory, MockOptions } from './clinic';
import { GOOD_PASSPHRASE, newId } from './clinic';
import { refusal, type Handlers, type World } from './world';

const DAY = 86_400_000;
/** How many entries of a record's history come at once. */
const HISTORY_PAGE = 20;
/** The code that the hub in memory takes. */
export const GOOD_CODE = 'ABCD-EFGH-JKMN';
const ADDRESS = 'https://hub.acacias.example';

/** How the hub in memory stands to the desk. */
export type HubStanding = 'online' | 'offline' | HubTrouble;

export interface HubMemory {
  address: string | null;
  standing: HubStanding;
  clock: number | null;
  waiting: number;
  last_sync_at: number | null;
  is_busy: boolean;
  devices: HubDevice[];
  rejected: RejectedChange[];
  lost: LostChoice[];
  repaired: RepairedTable[];
  history: Record<string, HistoryEntry[]>;
}

export function makeHub(options: MockOptions, memory: Omit<Memory, 'hub'>, now: number): HubMemory {
  const device = (name: string, platform: string, days: number, more: Partial<HubDevice> = {}): HubDevice => ({
    id: newId(),
    name,
    platform,
    created_at: now - days * DAY,
    last_seen_at: now - 4 * 60_000,
    revoked_at: null,
    is_this: false,
    ...more,
  });
  const hub: HubMemory = {
    address: options.hub ? ADDRESS : null,
    standing: options.hub ?? 'online',
    clock: options.clock ?? null,
    waiting: options.hub && options.hub !== 'online' ? 3 : 0,
    last_sync_at: options.hub ? now - (options.hub === 'online' ? 20_000 : 95 * 60_000) : null,
    is_busy: false,
    devices: [
      device('Front desk', 'Linux', 210, { is_this: true, last_seen_at: now }),
      device('Consulting room 1', 'Windows', 208),
      device('Grooming', 'macOS', 120, { last_seen_at: now - 3 * DAY }),
      device('Old laptop', 'Windows', 400, { last_seen_at: now - 41 * DAY, revoked_at: now - 40 * DAY }),
    ],
    rejected: [],
    lost: [],
    repaired: [],
    history: {},
  };
  hub.history = histories(memory, now);
  if (options.conflicts) Object.assign(hub, conflicts(memory, now));
  return hub;
}

const value = (column: string, kind: RecordValue['kind'], text: string | null): RecordValue => ({
  column,
  kind,
  value: text,
});

function entry(seq: Seq, at: number, more: Partial<HistoryEntry>): HistoryEntry {
  return {
    seq,
    at,
    staff_name: 'Carmen Ruiz',
    device_name: 'Front desk',
    action: 'save_client',
    is_by_hub: false,
    is_deletion: false,
    is_first: false,
    values: [],
    lost: [],
    ...more,
  };
}

/** What happened, or was done, before a number: the newest first, so many at once. */
export function pageBefore<T extends { seq: Seq }>(told: T[], before: Seq | null) {
  const all = [...told].sort((a, b) => (BigInt(a.seq) < BigInt(b.seq) ? 1 : -1));
  const older = before === null ? all : all.filter(({ seq }) => BigInt(seq) < BigInt(before));
  const entries = older.slice(0, HISTORY_PAGE);
  return { entries, next_before: older.length > entries.length ? entries.at(-1)!.seq : null };
}

function histories(memory: Omit<Memory, 'hub'>, now: number): HubMemory['history'] {
  const { clients, pets, visits, staff, services, waitlist, clinic } = memory;
  const [client, pet, visit] = [clients[0]!, pets[0]!, visits[0]!];
  return {
    [`clients/${client.id}`]: [
      entry('12', now - 400 * DAY, {
        action: 'create_client',
        is_first: true,
        values: [
          value('first_name', 'text', client.first_name),
          value('last_name', 'text', client.last_name),
          value('source', 'text', 'manual'),
          value('created_at', 'instant', String(now - 400 * DAY)),
        ],
      }),
      entry('871', now - 3 * DAY, {
        staff_name: 'Marc Vidal',
        device_name: 'Consulting room 1',
        values: [value('phone', 'text', client.phone), value('email_status', 'text', 'bounced')],
        lost: [value('phone', 'text', '+34600000000')],
      }),
      entry('900', now - 2 * DAY, { action: 'delete_client', is_deletion: true, values: [] }),
      entry('901', now - 2 * DAY, {
        staff_name: null,
        device_name: null,
        action: '',
        is_by_hub: true,
        values: [value('deleted_at', 'instant', null)],
      }),
    ],
    [`pets/${pet.id}`]: [
      entry('13', now - 400 * DAY, {
        action: 'create_pet',
        is_first: true,
        values: [
          value('name', 'text', pet.name),
          value('species', 'text', pet.species),
          value('is_neutered', 'truth', '1'),
          value('born_on', 'date', pet.born_on),
          value('weight_grams', 'integer', '5400'),
        ],
      }),
    ],
    [`appointments/${visit.id}`]: [
      entry('40', now - 30 * DAY, {
        action: 'move_appointment',
        values: [
          value('starts_at', 'instant', String(visit.starts_at)),
          value('staff_id', 'record', 'Aisha Khan'),
          value('status', 'text', 'confirmed'),
        ],
      }),
    ],
    [`staff/${staff[1]!.id}`]: [
      entry('50', now - 20 * DAY, { action: 'save_staff', values: [value('role', 'text', 'veterinarian')] }),
    ],
    [`services/${services[0]!.id}`]: [
      entry('51', now - 20 * DAY, {
        action: 'save_service',
        values: [
          value('duration_minutes', 'integer', '45'),
          value('staff_roles', 'json', '["veterinarian","technician"]'),
          value('form_fields', 'json', '[{"name":"Fasted?","field_type":"yes_no","is_required":true,"choices":[]}]'),
        ],
      }),
    ],
    [`waitlist_entries/${waitlist[0]!.id}`]: [
      entry('52', now - 2 * DAY, {
        action: 'save_waitlist_entry',
        values: [value('priority', 'integer', '2'), value('status', 'text', 'offered')],
      }),
    ],
    [`clinics/${clinic.id}`]: [
      entry('53', now - 300 * DAY, {
        action: 'create_clinic',
        is_first: true,
        values: [value('name', 'text', clinic.name), value('plan', 'text', 'free'), value('settings', 'json', '{}')],
      }),
    ],
    // What stood before a note of another desk lost, and a later entry that says the same.
    [`clients/${clients[7]!.id}`]: [
      entry('1190', now - 4 * DAY, { values: [value('notes', 'text', 'Prefers Fridays')] }),
      entry('1195', now - 4 * DAY, {
        staff_name: 'Marc Vidal',
        device_name: 'Consulting room 1',
        values: [value('notes', 'text', 'Prefers mornings')],
      }),
      entry('1210', now - 3 * DAY, { values: [value('notes', 'text', 'Prefers mornings')] }),
    ],
  };
}

function conflicts({ clients, pets }: Omit<Memory, 'hub'>, now: number): Pick<HubMemory, 'rejected' | 'lost'> {
  const [first, second] = [clients[7]!, clients[9]!];
  const pet = pets.find(({ client_id }) => client_id === first.id)!;
  const nameOf = (client: typeof first) => `${client.first_name} ${client.last_name}`;
  return {
    rejected: [
      {
        n: 41,
        action: 'save_client',
        staff_name: 'Rosa Martín',
        made_at: now - 50 * 60_000,
        rejected_at: now - 48 * 60_000,
        reason: 'bad_value',
        table: 'clients',
        column: 'notes',
        rows: [
          {
            table: 'clients',
            id: second.id,
            label: nameOf(second),
            is_deletion: false,
            values: [
              value('notes', 'text', 'Pays by the month'),
              value('phone', 'text', '+34 611 22 33 44'),
              value('source', 'text', 'manual'),
              value('sms_opted_out_at', 'instant', String(now - 3 * DAY)),
              value('custom_fields', 'json', '{"Insurance":"Mapfre"}'),
            ],
          },
        ],
      },
      {
        n: 44,
        action: 'create_pet',
        staff_name: null,
        made_at: now - 30 * 60_000,
        rejected_at: now - 29 * 60_000,
        reason: 'a_reason_of_tomorrow',
        table: null,
        column: null,
        rows: [
          { table: 'pets', id: newId(), label: 'Luna', is_deletion: false, values: [value('name', 'text', 'Luna')] },
        ],
      },
    ],
    lost: [
      {
        seq: '1204',
        table: 'pets',
        id: pet.id,
        label: `${pet.name} (${nameOf(first)})`,
        visit: null,
        column: 'alerts',
        kept: {
          value: 'Bites when held: muzzle first. Heart murmur, grade II, checked in March.',
          staff_name: 'Aisha Khan',
          at: now - 70 * 60_000,
          is_here: false,
        },
        lost: {
          value: 'Bites when held: muzzle first. Heart murmur, grade III, on pimobendan since May.',
          staff_name: 'Marc Vidal',
          at: now - 75 * 60_000,
          is_here: true,
        },
      },
      {
        seq: '1210',
        table: 'clients',
        id: first.id,
        label: nameOf(first),
        visit: null,
        column: 'notes',
        kept: { value: 'Prefers mornings', staff_name: null, at: null, is_here: false },
        lost: { value: 'Prefers evenings', staff_name: 'Carmen Ruiz', at: now - 3 * DAY, is_here: true },
      },
    ],
  };
}

export function syncStateOf(hub: HubMemory): SyncState {
  return {
    address: hub.address,
    is_online: hub.address !== null && hub.standing === 'online',
    is_busy: hub.is_busy,
    waiting: hub.waiting,
    last_sync_at: hub.last_sync_at,
    trouble:
      hub.address === null || hub.standing === 'online'
        ? null
        : hub.standing === 'offline'
          ? 'hub_unreachable'
          : hub.standing,
    clock_behind_minutes: hub.address === null ? null : hub.clock,
    rejected: hub.rejected.length,
    lost: hub.lost.length,
    repaired: hub.repaired.length,
  };
}

/** What the hub in memory says to a desk that knocks. */
function knock({ address, code, desk_name }: JoinHub): void {
  if (!address) throw refusal('required', { field: 'address' });
  if (!desk_name) throw refusal('required', { field: 'desk_name' });
  if (address.includes('nowhere')) throw refusal('hub_unreachable');
  if (address.includes('hotel')) throw refusal('not_a_hub');
  if (address.includes('expired')) throw refusal('hub_certificate');
  if (address.includes('old')) throw refusal('hub_too_old');
  if (address.includes('new')) throw refusal('desk_too_old');
  if (code !== GOOD_CODE) throw refusal('bad_code');
}

const urlOf = (address: string): string => (/^https?:/.test(address) ? address : `https://${address}`);

export function hubHandlers(world: World): Handlers {
  const hub = (): HubMemory => world.memory.hub;
  const tell = (): SyncState => (world.syncChanged(), syncStateOf(hub()));
  const mustReach = (): void => {
    if (hub().address === null) throw refusal('no_hub');
    if (hub().standing !== 'online') throw refusal('hub_unreachable');
  };
  const fetchRows = async (steps: number): Promise<void> => {
    for (let step = 1; step <= steps; step++) {
      await new Promise((resolve) => setTimeout(resolve, 120));
      world.progress(step * 1840, 0);
      await world.goesOn();
    }
  };
  const fetchClinic = async (): Promise<AppState> => {
    await fetchRows(8);
    Object.assign(hub(), { standing: 'online', last_sync_at: world.now() });
    tell();
    const { app, clinic } = world.memory;
    return Object.assign(app, { clinic, phase: { name: 'signed_out' }, unfinished_join: null });
  };
  const settle = (action: string, tables: string[], change: (memory: Memory) => void) => {
    const saved = world.write(action, tables, (memory) => (change(memory), null));
    world.syncChanged();
    return saved;
  };
  return {
    sync_state: () => syncStateOf(hub()),
    sync_now: () => {
      world.round();
      return null;
    },
    join_clinic: async ({ input }) => {
      knock(input);
      if (input.key_store === 'passphrase' && (input.passphrase ?? '').length < 12)
        throw refusal('too_short', { field: 'passphrase', limit: 12 });
      world.memory.app.unfinished_join = { clinic_name: world.memory.clinic.name, needs_passphrase: false };
      Object.assign(hub(), { address: urlOf(input.address) });
      world.memory.app.key_store = input.key_store;
      return fetchClinic();
    },
    resume_join: async ({ passphrase }) => {
      const unfinished = world.memory.app.unfinished_join;
      if (!unfinished) throw refusal('not_found');
      if (unfinished.needs_passphrase && !passphrase) throw refusal('required', { field: 'passphrase' });
      if (unfinished.needs_passphrase && passphrase !== GOOD_PASSPHRASE)
        throw refusal('wrong_key', { field: 'passphrase' });
      return fetchClinic();
    },
    discard_join: () => {
      Object.assign(hub(), { address: null });
      return Object.assign(world.memory.app, { unfinished_join: null });
    },
    connect_hub: async ({ input }) => {
      knock(input);
      if (input.address.includes('other')) throw refusal('other_clinic');
      await fetchRows(4);
      Object.assign(hub(), {
        address: urlOf(input.address),
        standing: 'online',
        last_sync_at: world.now(),
        waiting: 0,
      });
      const { app, clinic } = world.memory;
      if (app.phase.name === 'revoked') Object.assign(app, { clinic, phase: { name: 'signed_out' } });
      return tell();
    },
    leave_hub: () => {
      Object.assign(hub(), { address: null, waiting: 0, last_sync_at: null });
      return tell();
    },
    hub_devices: () => {
      mustReach();
      return hub().devices;
    },
    revoke_device: ({ id }) => {
      mustReach();
      hub().devices.find((device) => device.id === id)!.revoked_at = world.now();
      return null;
    },
    new_device_code: () => {
      mustReach();
      return { code: GOOD_CODE, expires_at: world.now() + 15 * 60_000, address: hub().address };
    },
    rejected_changes: () => hub().rejected,
    resend_rejected: ({ input }) => {
      const found = hub().rejected.find(({ n }) => n === input.n);
      if (!found) throw refusal('not_found');
      for (const edit of input.edits)
        if (edit.value === 'wrong') throw refusal('invalid', { field: edit.column, detail: edit.value });
      return settle('resend_rejected', ['clients'], (memory) => {
        memory.hub.rejected = memory.hub.rejected.filter(({ n }) => n !== input.n);
        memory.resent = input;
      });
    },
    discard_rejected: ({ n }) => {
      hub().rejected = hub().rejected.filter((each) => each.n !== n);
      tell();
      return null;
    },
    export_rejected: ({ path }) => {
      world.memory.exported = path;
      return null;
    },
    // Services are the managers' to settle.
    lost_values: () => {
      const mayManage = ['owner', 'admin'].includes(world.memory.app.staff?.role ?? '');
      return hub().lost.filter(({ table }) => mayManage || table !== 'services');
    },
    choose_value: ({ seq, column, takeLost }) =>
      settle('choose_value', ['pets', 'clients'], (memory) => {
        const found = memory.hub.lost.find((each) => each.seq === seq && each.column === column);
        if (!found) throw refusal('not_found');
        memory.hub.lost = memory.hub.lost.filter((each) => each !== found);
        const row = [...memory.pets, ...memory.clients].find(({ id }) => id === found.id)!;
        Object.assign(row, { [column]: takeLost ? found.lost.value : found.kept.value });
      }),
    // They are for whoever runs the clinic.
    repaired_tables: () => (['owner', 'admin'].includes(world.memory.app.staff?.role ?? '') ? hub().repaired : []),
    dismiss_repaired: ({ table }) => {
      hub().repaired = hub().repaired.filter((each) => each.table !== table);
      tell();
      return null;
    },
    record_history: ({ table, id, before }) => {
      mustReach();
      return pageBefore(hub().history[`${table}/${id}`] ?? [], before);
    },
    // What was done at this desk is called the front desk's in the hub's.
    record_history_here: ({ table, id, before }) => {
      const own = (hub().history[`${table}/${id}`] ?? []).filter(({ device_name }) => device_name === 'Front desk');
      return pageBefore(
        own.map((each) => ({ ...each, device_name: null, lost: [] })),
        before,
      );
    },
    rebuild_desk: async () => {
      mustReach();
      world.round();
      await fetchRows(8);
      return world.memory.app;
    },
    keep_both: ({ first, second }) =>
      world.write('keep_both', ['appointments'], ({ kept }) => (kept.push(`${first}|${second}`), null)),
    cancel_work: () => {
      world.isCancelled = true;
      return null;
    },
  };
}
