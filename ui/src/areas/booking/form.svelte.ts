import { createQuery, keepPreviousData } from '@tanstack/svelte-query';
import { untrack } from 'svelte';
import {
  backend,
  refusalOf,
  type ClientRow,
  type FreeSlot,
  type Refusal,
  type RefusalCode,
  type WaitlistEntry,
} from '$lib/backend';
import { invalidate, live } from '$lib/data/live';
import { bufferOfHours, hoursQuery } from '$lib/data/hours';
import { FREE_TIMES, servicesQuery, staffQuery } from '$lib/data/queries';
import { deskSetting, keepDeskSetting } from '$lib/desk-settings';
import { clinicZone } from '$lib/session.svelte';
import { now } from '$lib/time/clock.svelte';
import { dateOf, instantAt, MINUTE, wallMinutes } from '$lib/time/zone';
import { toCome } from '$areas/visit/slots';
import * as rules from './booking';
import { emptyBooking, emptyLine, type Booking, type Line } from './booking';
import { petMeant } from './pet-meant';
import type { BookingSeed } from './seed.svelte';

/** The booking form: what was chosen so far, what is free, what the core said. To be made while a component is set up. */
export class BookingForm {
  readonly staff = staffQuery();
  readonly services = servicesQuery();
  /** What was last booked at this desk; undefined until it is known. */
  lastService = $state<string | null | undefined>(undefined);

  constructor() {
    void deskSetting('last_service', null).then((id) => (this.lastService = id));
    $effect(() => this.#dropGone());
  }

  /** The clinic's, as it is now: it may be set while the form stands open. */
  get zone(): string {
    return clinicZone();
  }

  booking = $state<Booking>(emptyBooking(dateOf(now(), clinicZone())));
  #isBlockBegun = $state(false);
  /** The length was marked on the board: another service has it, too. */
  #span: number | null = null;
  /** Time is kept for something else than a client; what was left may bring the title of it along. */
  readonly isBlocking = $derived(this.booking.clientId === null && (this.#isBlockBegun || this.booking.title !== ''));
  refusal = $state<Refusal | null>(null);
  /** A client, or a pet of theirs, is typed beside it whom the clinic does not know yet. */
  readonly isToBeMade = $derived(
    this.booking.clientId === null ? rules.isTypedOf(this.booking.newClient) : rules.isPetTyped(this.booking.newPet),
  );
  /** Makes who or what is typed beside it and is not known yet, and says whether that worked. */
  make: (() => Promise<boolean>) | null = null;
  #overruled: RefusalCode[] = [];
  isSaving = $state(false);

  /** Of a family each comes after the other and what the hours keep free between them: only then is it asked. */
  readonly #hours = hoursQuery(() => this.booking.lines.length > 1);
  readonly hoursBuffer = $derived(bufferOfHours(this.#hours.data ?? [], this.zone));

  readonly client = createQuery(() => ({
    ...live(['clients', 'pets', 'appointments'], ['client', this.booking.clientId], () =>
      backend.client(this.booking.clientId ?? ''),
    ),
    enabled: this.booking.clientId !== null,
  }));
  /** A client who has pets comes with none of them: their visit would be in no pet's history, and nothing would be said of what must be known of it. */
  readonly isPetMissing = $derived(
    this.booking.clientId !== null &&
      this.booking.newPet === null &&
      rules.bookable(this.client.data?.pets ?? []).length > 0 &&
      this.booking.lines.every(({ petId }) => petId === null),
  );
  readonly first = $derived<Line>(this.booking.lines[0] ?? emptyLine());
  readonly service = $derived(this.services.data?.find(({ id }) => id === this.first.serviceId));
  readonly person = $derived(this.staff.data?.find(({ id }) => id === this.first.staffId));
  readonly minutes = $derived(rules.minutesOf(this.first, this.services.data ?? []));
  /**
   * How long one colleague is to be free: for all of the family who come to them, one after the other; of stays, for the longest. None: as long as
   * the service takes.
   */
  readonly #needed = $derived.by(() => {
    const { lines, date } = this.booking;
    if (lines.length < 2) return this.first.duration;
    const { staffId, serviceId } = this.first;
    const noon = instantAt(date, 720, this.zone);
    const services = this.services.data ?? [];
    // Stays and visits do not stand in each other's way: the time is asked for of what the first is.
    const isLong = rules.isStay(serviceId, services);
    const own = rules
      .placeLines(lines, noon, staffId, services, this.hoursBuffer)
      .filter((line) => line.staffId === staffId && rules.isStay(line.serviceId, services) === isLong);
    return (Math.max(...own.map(({ endsAt }) => endsAt)) - noon) / MINUTE;
  });
  readonly slots = createQuery(() => ({
    ...live(
      FREE_TIMES,
      [
        'booking-slots',
        this.first.serviceId,
        this.first.staffId,
        this.#needed,
        this.booking.date,
        this.booking.isEmergency,
      ],
      () =>
        backend.freeSlots({
          service_id: this.first.serviceId || null,
          staff_id: this.first.staffId || null,
          duration_minutes: this.#needed,
          from: this.booking.date,
          days: 21,
          is_emergency: this.booking.isEmergency,
          moving: null,
          limit: 120,
          one_a_time: true,
        }),
    ),
    enabled: this.first.serviceId !== '' || this.first.duration !== null,
    placeholderData: keepPreviousData,
  }));
  readonly free = $derived(toCome(this.slots.data));
  /** Who is free at the time that was chosen: it may lie after the first free ones, or between them. */
  readonly then = createQuery(() => ({
    ...live(
      FREE_TIMES,
      [
        'booking-then',
        this.first.serviceId,
        this.first.staffId,
        this.#needed ?? this.minutes,
        this.booking.startsAt,
        this.booking.isEmergency,
      ],
      () => this.#freeAt(this.booking.startsAt ?? 0),
    ),
    enabled: this.booking.isTimeChosen && this.booking.startsAt !== null,
  }));
  readonly slot = $derived<FreeSlot | null>(
    (this.booking.isTimeChosen && rules.slotOf(this.booking, this.then.data ?? [], this.zone)) ||
      rules.slotOf(this.booking, this.free, this.zone),
  );
  readonly startsAt = $derived(this.booking.isTimeChosen ? this.booking.startsAt : (this.slot?.starts_at ?? null));
  /** The day it is on, as it stands now: of the time, where there is one; the first free one may be days off, unless a day was asked for. */
  readonly date = $derived(this.startsAt === null ? this.booking.date : dateOf(this.startsAt, this.zone));
  /** With whom: the one asked for, or whoever is free at that time, or the first who may. */
  readonly staffId = $derived(
    this.first.staffId || this.slot?.staff_id || rules.staffFor(this.staff.data ?? [], this.service)[0]?.id || '',
  );
  readonly placed = $derived(
    this.startsAt === null
      ? []
      : rules.placeLines(this.booking.lines, this.startsAt, this.staffId, this.services.data ?? [], this.hoursBuffer),
  );

  #freeAt(startsAt: number): Promise<FreeSlot[]> {
    return backend.freeSlots({
      service_id: this.first.serviceId || null,
      staff_id: this.first.staffId || null,
      duration_minutes: this.#needed ?? (this.service ? null : this.minutes),
      from: dateOf(startsAt, this.zone),
      days: 1,
      is_emergency: this.booking.isEmergency,
      moving: null,
      limit: null,
      starts_at: startsAt,
    });
  }

  /** With whom it is booked. Of a time that was typed just now it may not be known yet who is free then. */
  async #staffAt(startsAt: number): Promise<string> {
    if (this.first.staffId || !this.booking.isTimeChosen) return this.staffId;
    const [free] = await this.#freeAt(startsAt).catch(() => []);
    return free?.staff_id ?? this.staffId;
  }

  /** Begins on a day; one that is over gives way to today. */
  beginOn(date: string): void {
    if (date > this.booking.date) this.booking.date = date;
  }

  /** Takes up a place on the board or a client, and keeps the rest. */
  plant(seed: BookingSeed): void {
    const { booking } = this;
    if (seed.entry) this.#takeEntry(seed.entry);
    if (seed.date) Object.assign(booking, { date: seed.date, isDayAsked: false });
    if (seed.serviceId) this.chooseService(seed.serviceId);
    if (seed.staffId) this.chooseStaff(seed.staffId);
    if (seed.startsAt !== undefined) this.chooseTime(seed.startsAt);
    if (seed.durationMinutes) this.first.duration = seed.durationMinutes;
    if (seed.spanMinutes !== undefined) this.#mark(seed.spanMinutes);
    if (seed.isWalkIn) this.setWalkIn(true);
    this.refusal = null;
  }

  /** So much was marked on the board, or a place alone: what was marked before counts no more, unless another length was typed since. */
  #mark(minutes: number | null): void {
    if (minutes !== null || this.first.duration === this.#span) this.first.duration = minutes;
    this.#span = minutes;
  }

  /** For somebody who waits. What the waitlist says of them stands in the notes, unless others were typed. */
  #takeEntry({ id, client_id, client_name, pet_id, notes }: WaitlistEntry): void {
    const { booking } = this;
    this.#dropWish();
    booking.clientId = client_id;
    booking.clientName = client_name;
    booking.newClient = null;
    this.stopBlocking();
    booking.lines = [{ ...emptyLine(), petId: pet_id }];
    booking.wish = { entryId: id, notes: notes ?? '' };
    booking.internalNotes ||= notes ?? '';
  }

  /** It is for somebody else: whom it was for waits on, and what was noted of them is not said of another. */
  #dropWish(): void {
    const { wish, internalNotes } = this.booking;
    if (wish && internalNotes === wish.notes) this.booking.internalNotes = '';
    this.booking.wish = null;
  }

  /** Goes on with what was left: on a day that is not over, and who walks in is here now. */
  goOn(left: Booking): void {
    this.booking = rules.fromToday(left, dateOf(now(), this.zone));
    this.#span = null;
    this.#isBlockBegun = left.title !== '';
    if (left.isWalkIn) this.setWalkIn(true);
    this.refusal = null;
  }

  /** Keeps time for nobody: no service is done in it, and it stays as long as it was. */
  block(): void {
    this.#isBlockBegun = true;
    Object.assign(this.first, { serviceId: '', duration: this.minutes });
  }

  stopBlocking(): void {
    this.#isBlockBegun = false;
    this.booking.title = '';
  }

  chooseClient(row: ClientRow, petId: string | null): void {
    const pets = row.pets.filter(({ is_deceased }) => !is_deceased);
    if (row.id !== this.booking.clientId) this.#dropWish();
    this.#isBlockBegun = this.booking.title !== '';
    this.booking.clientId = row.id;
    this.booking.clientName = row.name;
    this.booking.newClient = null;
    this.booking.newPet = null;
    this.#takeLines(rules.onlyLine($state.snapshot(this.booking) as Booking, petMeant(pets, petId)));
    this.refusal = null;
  }

  dropClient(): void {
    this.#dropWish();
    this.booking.clientId = null;
    this.booking.clientName = '';
    this.booking.newPet = null;
    this.#takeLines(rules.onlyLine($state.snapshot(this.booking) as Booking, null));
    this.refusal = null;
  }

  #takeLines({ lines, aside }: Pick<Booking, 'lines' | 'aside'>): void {
    Object.assign(this.booking, { lines, aside });
  }

  /** A pet of the family comes, or does not. */
  togglePet(petId: string, isComing: boolean): void {
    const booking = $state.snapshot(this.booking) as Booking;
    const { data } = this.services;
    this.#takeLines(isComing ? rules.withPet(booking, petId, data) : rules.withoutPet(booking, petId));
    // It names a pet by its place among them.
    this.refusal = null;
  }

  /** A pet that has died since it was chosen, maybe days ago, does not come. While the client is asked for again, what is there may be old. */
  #dropGone(): void {
    const { data, isFetching } = this.client;
    if (!data || isFetching || data.id !== this.booking.clientId) return;
    const living = new Set(rules.bookable(data.pets).map(({ id }) => id));
    const gone = this.booking.lines.filter(({ petId }) => petId !== null && !living.has(petId));
    untrack(() => gone.forEach(({ petId }) => this.togglePet(petId!, false)));
  }

  chooseTime(at: number): void {
    this.booking.startsAt = at;
    this.booking.isTimeChosen = true;
    this.booking.date = dateOf(at, this.zone);
    // Who comes on another day is not here.
    if (!rules.canWalkIn(at, now(), this.zone)) this.booking.isWalkIn = false;
    this.refusal = null;
  }

  /** Another colleague: a service they do not do gives way to one they do. */
  chooseStaff(staffId: string): void {
    this.first.staffId = staffId;
    if (this.person && !rules.canDo(this.person, this.service)) this.chooseService('');
  }

  /** Another service: a colleague who does not do it gives way to whoever is free. */
  chooseService(serviceId: string): void {
    const { duration } = this.first;
    Object.assign(this.first, { serviceId, duration: duration === this.#span ? duration : null });
    if (this.person && !rules.canDo(this.person, this.service)) this.first.staffId = '';
  }

  /** Another length; of a family that is boarded all stay as long, but who was given a length of their own. */
  chooseLength(minutes: number): void {
    const first = $state.snapshot(this.first) as Line;
    const services = this.services.data ?? [];
    for (const line of this.booking.lines.slice(1)) {
      const isBeside = rules.lengthBeside({ ...first, duration: minutes }, line.serviceId, services) !== null;
      if (isBeside && line.duration === first.duration) line.duration = minutes;
    }
    this.first.duration = minutes;
  }

  chooseSlot(slot: FreeSlot): void {
    this.chooseTime(slot.starts_at);
    this.first.staffId = slot.staff_id;
  }

  /** A free time that the core offers instead of one it refused: for the pet that the refusal is about. */
  chooseAlternative(slot: FreeSlot): void {
    if (this.startsAt === null) return this.chooseSlot(slot);
    const { staffId, startsAt } = this;
    const lines = $state.snapshot(this.booking.lines) as Line[];
    const line = Math.min(rules.refusedLine(this.refusal?.field ?? null), lines.length - 1);
    const taken = rules.takeFor(line, slot, { lines, startsAt, staffId }, this.services.data ?? [], this.hoursBuffer);
    this.booking.lines = taken.lines;
    this.chooseTime(taken.startsAt);
  }

  /** Another day: a time that was chosen stays the same on the wall. Where none was, the day holds, whatever is free on it. */
  chooseDate(date: string): void {
    if (this.booking.isTimeChosen && this.booking.startsAt !== null) {
      // On the wall it may come twice, and the second is meant: the same day moves nothing.
      if (date === this.date) return;
      this.chooseTime(instantAt(date, wallMinutes(this.booking.startsAt, this.zone), this.zone));
    } else Object.assign(this.booking, { date, isDayAsked: true });
  }

  setWalkIn(isWalkIn: boolean): void {
    this.booking.isWalkIn = isWalkIn;
    if (isWalkIn) this.chooseTime(rules.walkInStart(now()));
  }

  reset(): void {
    this.booking = emptyBooking(dateOf(now(), this.zone));
    this.#isBlockBegun = false;
    this.#span = null;
    this.refusal = null;
  }

  /**
   * Books; none where the core said no, which `refusal` then holds. With `isAnyway` that is overruled, besides what was before it: what else is in
   * the way is told next.
   */
  async submit(isAnyway: boolean) {
    if (this.startsAt === null || this.isSaving) return null;
    this.#overruled = isAnyway && this.refusal ? [...this.#overruled, this.refusal.code] : [];
    this.isSaving = true;
    try {
      const { startsAt } = this;
      const input = rules.toInput(
        $state.snapshot(this.booking) as Booking,
        startsAt,
        await this.#staffAt(startsAt),
        this.services.data ?? [],
        this.#overruled,
        this.hoursBuffer,
      );
      const saved = await backend.bookAppointment(input);
      this.lastService = this.first.serviceId || this.lastService;
      if (this.lastService) keepDeskSetting('last_service', this.lastService);
      void invalidate(saved.changes);
      return saved;
    } catch (thrown) {
      this.refusal = refusalOf(thrown);
      // Who waits no longer can be booked all the same: the next press does.
      if (this.refusal.code === 'not_found' && this.refusal.field === 'waitlist_entry_id') this.booking.wish = null;
      return null;
    } finally {
      this.isSaving = false;
    }
  }
}
