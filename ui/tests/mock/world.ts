import type { Done, DoneTo, Refusal, RefusalCode, Saved } from '../../src/lib/backend/bindings';
import { makeClinic, type Memory, type MockOptions } from './clinic';
import { syncStateOf, type HubStanding } from './hub';

/** The clinic in memory with what undo needs. */
export class World {
  memory: Memory;
  /** The person stopped the long work under way. */
  isCancelled = false;
  /** Long work stands still after its first step, for a test that looks at that. */
  isHeld = false;
  /** Commands that take their time to answer, by the milliseconds. */
  slow: Record<string, number> = {};
  /** What was done here, the oldest first. */
  done: Done[] = [];
  #before = new Map<number, { memory: string; action: string }>();
  #last = 0;
  #emit: (event: string, payload: unknown) => void;

  constructor(options: MockOptions, emit: (event: string, payload: unknown) => void) {
    this.memory = makeClinic(options);
    this.#emit = emit;
  }

  get zone(): string {
    return this.memory.clinic.timezone;
  }

  now = (): number => Date.now();

  /** Runs a write: keeps what was before it for undo, says which tables changed. */
  write<T>(action: string, tables: string[], change: (memory: Memory) => T): Saved<T> {
    const before = JSON.stringify(this.memory);
    const value = change(this.memory);
    const undo = ++this.#last;
    this.#before.set(undo, { memory: before, action });
    this.#note(undo, action, tables.length, this.#about(before, value));
    this.changed(tables);
    if (this.memory.hub.address !== null) {
      this.memory.hub.waiting += 1;
      this.round();
    }
    return { value, changes: tables, undo };
  }

  /** Talks to the hub, where it can be reached. */
  round(): void {
    const { hub } = this.memory;
    if (hub.address !== null && hub.standing === 'online') Object.assign(hub, { waiting: 0, last_sync_at: this.now() });
    this.syncChanged();
  }

  /** Desk and hub stand to each other otherwise from now on. */
  setHub(standing: HubStanding): void {
    this.memory.hub.standing = standing;
    this.round();
  }

  /** Another desk changed something, and it has come here. */
  elsewhere(tables: string[], change: (memory: Memory) => void): void {
    change(this.memory);
    this.changed(tables);
  }

  undo(action: number): Saved<null> {
    const kept = this.#before.get(action);
    if (!kept) throw refusal('nothing_to_undo');
    const now = JSON.stringify(this.memory);
    const { desk, drafts, app } = this.memory;
    this.memory = { ...(JSON.parse(kept.memory) as Memory), desk, drafts, app };
    if (app.clinic) app.clinic = this.memory.clinic;
    for (const later of [...this.#before.keys()]) if (later >= action) this.#before.delete(later);
    const undo = ++this.#last;
    this.#before.set(undo, { memory: now, action: 'undo' });
    const taken = this.done.find(({ seq }) => seq === `${action}`);
    if (taken) taken.is_taken_back = true;
    this.#note(undo, 'undo', taken?.records ?? 1, taken?.about ?? null, kept.action);
    const changes = [
      'appointments',
      'clients',
      'pets',
      'waitlist_entries',
      'staff',
      'services',
      'staff_schedules',
      'schedule_overrides',
      'clinics',
      'medical_records',
      'messages',
      'settings',
    ];
    this.changed(changes);
    this.syncChanged();
    return { value: null, changes, undo };
  }

  #note(number: number, action: string, records: number, about: DoneTo | null, takenBack: string | null = null): void {
    const { staff } = this.memory.app;
    this.done.push({
      seq: `${number}`,
      at: this.now(),
      staff_name: staff && `${staff.first_name} ${staff.last_name}`,
      action,
      taken_back: takenBack,
      is_taken_back: false,
      about,
      records,
    });
  }

  /** The client that a write made, by the id that it answers, or deleted. */
  #about(before: string, value: unknown): DoneTo | null {
    const { clients } = this.memory;
    const was = (JSON.parse(before) as Memory).clients;
    const client =
      clients.find(({ id }) => id === value) ?? was.find(({ id }) => !clients.some((each) => each.id === id));
    return client ? { table: 'clients', id: client.id, name: `${client.first_name} ${client.last_name}`.trim() } : null;
  }

  undoOffer() {
    const last = [...this.#before].filter(([, { action }]) => action !== 'undo').at(-1);
    return last ? { action_id: last[0], action: last[1].action } : null;
  }

  changed(tables: string[]): void {
    this.#emit('changed', { tables });
  }

  syncChanged(): void {
    this.#emit('sync-changed', { state: syncStateOf(this.memory.hub) });
  }

  appStateChanged(): void {
    this.#emit('app-state-changed', {});
  }

  /** Long work goes on from here: once it is let, and not where it was stopped. */
  async goesOn(): Promise<void> {
    while (this.isHeld && !this.isCancelled) await new Promise((resolve) => setTimeout(resolve, 10));
    if (!this.isCancelled) return;
    this.isCancelled = false;
    throw refusal('cancelled');
  }

  progress(done: number, total: number): void {
    this.#emit('work-progress', { progress: { done, total } });
  }
}

/** What a command throws to say no. */
export function refusal(code: RefusalCode, more: Partial<Refusal> = {}): Refusal {
  return { code, field: null, limit: null, until: null, alternatives: [], detail: null, ...more };
}

/** The arguments of a command, as the bindings send them. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Args = any;
export type Handlers = Record<string, (args: Args) => unknown>;
