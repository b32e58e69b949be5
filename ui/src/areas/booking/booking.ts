// The rules of the booking form. Pure: what is chosen goes in, what is sent to the core comes out.
import { choosable } from '$areas/visit/visit-form';
import type {
  BookingMethod,
  BookInput,
  BookPet,
  FormAnswer,
  FreeSlot,
  Pet,
  RefusalCode,
  Service,
  Species,
  Staff,
} from '$lib/backend';
import { isWithin } from '$lib/data/form-merge';
import { NO_BUFFER } from '$lib/data/hours';
import { toRule, type Repetition } from '$lib/recurrence';
import { clinicZone } from '$lib/session.svelte';
import { dateOf, MINUTE } from '$lib/time/zone';

/** One pet of the booking. */
export interface Line {
  petId: string | null;
  serviceId: string;
  /** None: the service's. */
  duration: number | null;
  /** With whom; empty: whoever is free (for the first line), the first line's colleague (for the others). */
  staffId: string;
  /** Whatever was answered so far, of another service that was chosen before, too: only what its service asks is sent. */
  answers: FormAnswer[];
}

/** A client the clinic does not know yet, as they are typed beside the booking. */
export interface NewClient {
  first: string;
  last: string;
  phone: string;
  petName: string;
  species: Species;
  /** The client who was made of it already, as they were typed then: their pet was refused. */
  made: { id: string; first: string; last: string; phone: string } | null;
}

/** One more pet of a client the clinic knows, as it is typed beside the booking. */
export interface NewPet {
  name: string;
  species: Species;
}

export interface Booking {
  clientId: string | null;
  clientName: string;
  newClient: NewClient | null;
  newPet: NewPet | null;
  lines: Line[];
  /** Of pets who do not come after all: what was chosen and answered for them is there again where they do. */
  aside: Line[];
  date: string;
  /** The day was chosen by a person and holds, though nothing may be free on it; else it follows the first time that is free. */
  isDayAsked: boolean;
  startsAt: number | null;
  /** The time was chosen by a person; else it follows the first that is free. */
  isTimeChosen: boolean;
  isEmergency: boolean;
  isWalkIn: boolean;
  title: string;
  reason: string;
  internalNotes: string;
  repetition: Repetition | null;
  /** The entry of the waitlist that is fulfilled by it, and the notes that came from there. */
  wish: { entryId: string; notes: string } | null;
}

export const emptyLine = (): Line => ({ petId: null, serviceId: '', duration: null, staffId: '', answers: [] });

export function emptyBooking(date: string): Booking {
  return {
    clientId: null,
    clientName: '',
    newClient: null,
    newPet: null,
    lines: [emptyLine()],
    aside: [],
    date,
    isDayAsked: false,
    startsAt: null,
    isTimeChosen: false,
    isEmergency: false,
    isWalkIn: false,
    title: '',
    reason: '',
    internalNotes: '',
    repetition: null,
    wish: null,
  };
}

/** Whether anything was typed of somebody the clinic does not know yet. */
export const isTypedOf = (client: NewClient | null): boolean =>
  client !== null && [client.first, client.last, client.phone, client.petName].some((text) => text.trim() !== '');

/** Whether a pet was typed that the client does not have yet. */
export const isPetTyped = (pet: NewPet | null): boolean => pet !== null && pet.name.trim() !== '';

/** Whom a booking is for, as they are called; or what for, where it is for nobody. */
export const whoOf = ({ clientName, newClient, title }: Booking): string =>
  clientName || (newClient && (`${newClient.first} ${newClient.last}`.trim() || newClient.phone)) || title;

/** A booking that was left, with what an older program did not keep of it. */
export const wholeOf = (left: Booking): Booking => ({ ...emptyBooking(left.date), ...left });

/** A booking that was left: where its day is over it goes on today, at no time that was chosen. */
export const fromToday = (left: Booking, today: string): Booking =>
  left.date < today ? { ...left, date: today, isDayAsked: false, startsAt: null, isTimeChosen: false } : left;

/** Whether anything was typed that would be a pity to lose. The client whose page asked for it was not, nor what the waitlist says. */
export const isWorthKeeping = (booking: Booking, asked: string | null = null): boolean =>
  (booking.clientId !== null && booking.clientId !== asked) ||
  isTypedOf(booking.newClient) ||
  isPetTyped(booking.newPet) ||
  booking.reason !== '' ||
  booking.internalNotes !== (booking.wish?.notes ?? '') ||
  booking.title !== '' ||
  [...booking.lines, ...booking.aside].some(({ answers }) => answers.length > 0);

/** What a person typed into a booking, and whom it is for: times and services are chosen by themselves. */
const typedOf = ({ lines, aside, ...booking }: Booking, asked: string | null) => ({
  clientId: booking.clientId === asked ? null : booking.clientId,
  newClient: isTypedOf(booking.newClient) ? booking.newClient : null,
  newPet: isPetTyped(booking.newPet) ? booking.newPet : null,
  title: booking.title,
  reason: booking.reason,
  internalNotes: booking.internalNotes === booking.wish?.notes ? '' : booking.internalNotes,
  answers: [...lines, ...aside].flatMap(({ petId, answers }) => (answers.length > 0 ? [{ petId, answers }] : [])),
});

/** Whether all that was typed into a booking stands in one that was left: nothing of it is lost where that takes its place. */
export const isTypedIn = (typed: Booking, left: Booking, asked: string | null): boolean =>
  isWithin(typedOf(typed, asked), typedOf(wholeOf(left), null), typedOf(emptyBooking(''), null));

export const canDo = (person: Staff, service: Service | undefined): boolean =>
  !service || service.staff_roles.length === 0 || service.staff_roles.includes(person.role);

/** Those who may take a visit of a service. */
export function staffFor(staff: readonly Staff[], service: Service | undefined): Staff[] {
  return staff.filter((person) => person.is_active && person.is_bookable && canDo(person, service));
}

/** The services offered now that a colleague may do; without a colleague, all. */
export function servicesFor(services: readonly Service[], person: Staff | undefined): Service[] {
  return services.filter((service) => service.is_active && (!person || canDo(person, service)));
}

/**
 * The service that is offered first: the one last booked at this desk, else an ordinary one. A stay of days is chosen on purpose, whatever its name
 * begins with.
 */
export function usualService(
  services: readonly Service[],
  person: Staff | undefined,
  last: string | null,
): Service | undefined {
  const offered = servicesFor(services, person);
  return (
    offered.find(({ id }) => id === last) ??
    offered.find(({ kind }) => kind === 'medical' || kind === 'grooming') ??
    offered.find(({ kind }) => kind !== 'boarding') ??
    offered[0]
  );
}

/** The pets that can be booked. */
export const bookable = (pets: readonly Pet[]): Pet[] => pets.filter(({ deceased_on }) => deceased_on === null);

export function minutesOf(line: Line, services: readonly Service[]): number {
  return line.duration ?? services.find(({ id }) => id === line.serviceId)?.duration_minutes ?? 30;
}

/** Whether a service is a stay of days: it takes a place, not a colleague's hands. */
export const isStay = (serviceId: string, services: readonly Service[]): boolean =>
  services.find(({ id }) => id === serviceId)?.kind === 'boarding';

/** The length of one more pet's visit for a service: of a family that is boarded all stay as long; else as long as the service takes. */
export const lengthBeside = (first: Line, serviceId: string, services: readonly Service[]): number | null =>
  isStay(first.serviceId, services) && isStay(serviceId, services) ? first.duration : null;

/**
 * The slot a booking stands on now: the chosen time with the asked colleague, or whoever is free then. Where no time was chosen, the first one; of the
 * day, where that was.
 */
export function slotOf(booking: Booking, slots: readonly FreeSlot[], zone: string): FreeSlot | null {
  const staffId = booking.lines[0]?.staffId;
  const fitting = slots.filter((slot) => !staffId || slot.staff_id === staffId);
  if (booking.startsAt === null) {
    const { isDayAsked, date } = booking;
    return (isDayAsked ? fitting.find(({ starts_at }) => dateOf(starts_at, zone) === date) : fitting[0]) ?? null;
  }
  return fitting.find(({ starts_at }) => starts_at === booking.startsAt) ?? null;
}

type Lines = Pick<Booking, 'lines' | 'aside'>;

/** What was put aside, with lines that are now; those of nobody are of no use to anybody. */
function asideWith(aside: readonly Line[], lines: readonly Line[]): Line[] {
  const left = lines.filter(({ petId }) => petId !== null);
  return [...aside.filter(({ petId }) => !left.some((line) => line.petId === petId)), ...left];
}

/** What was chosen for a pet, for another or none. What was answered of one is true of no other; before a pet was chosen it is of whoever comes. */
const insteadOf = (line: Line, petId: string | null): Line =>
  line.petId === null ? { ...line, petId } : { ...line, petId, answers: [] };

/** A pet of the family does not come. Where it was the only one, what was chosen for it stays for whoever comes instead. */
export function withoutPet({ lines, aside }: Lines, petId: string): Lines {
  const rest = lines.filter((line) => line.petId !== petId);
  return {
    lines: rest.length > 0 ? rest : [insteadOf(lines[0] ?? emptyLine(), null)],
    aside: asideWith(
      aside,
      lines.filter((line) => line.petId === petId),
    ),
  };
}

/** A pet of the family comes: with what was chosen for it before, or for the same as the first. */
export function withPet({ lines, aside }: Lines, petId: string, services: readonly Service[] = []): Lines {
  const first = lines[0] ?? emptyLine();
  const before = aside.find((line) => line.petId === petId);
  const others = aside.filter((line) => line.petId !== petId);
  if (first.petId === null) return { lines: [{ ...(before ?? first), petId }, ...lines.slice(1)], aside: others };
  const { serviceId } = first;
  const added = before ?? { ...emptyLine(), petId, serviceId, duration: lengthBeside(first, serviceId, services) };
  return { lines: [...lines, added], aside: others };
}

/** It is for one pet, or none yet: of another client, or of the one it was for. */
export function onlyLine({ lines, aside }: Lines, petId: string | null): Lines {
  const first = lines[0] ?? emptyLine();
  const own = petId === null ? undefined : [...lines, ...aside].find((line) => line.petId === petId);
  const all = asideWith(aside, lines);
  return { lines: [own ?? insteadOf(first, petId)], aside: all.filter((line) => line.petId !== petId) };
}

export interface PlacedLine extends Line {
  startsAt: number;
  endsAt: number;
}

/** What a line's service keeps free after it, in minutes. */
const bufferOf = (line: Line, services: readonly Service[]): number =>
  services.find(({ id }) => id === line.serviceId)?.buffer_minutes ?? 0;

/**
 * When each pet's turn is: with a colleague who has one of the family already, after that one and what its service and the hours keep free;
 * with another colleague, at the same time as the first. So does a stay begin, and nobody waits until it is over.
 */
export function placeLines(
  lines: readonly Line[],
  startsAt: number,
  staffId: string,
  services: readonly Service[],
  hoursBuffer = NO_BUFFER,
): PlacedLine[] {
  const freeAt = new Map<string, number>();
  return lines.map((line, index) => {
    const who = index === 0 ? staffId : line.staffId || staffId;
    const isLong = isStay(line.serviceId, services);
    const from = isLong ? startsAt : (freeAt.get(who) ?? startsAt);
    const endsAt = from + minutesOf(line, services) * MINUTE;
    if (!isLong) freeAt.set(who, endsAt + (bufferOf(line, services) + hoursBuffer(who, from)) * MINUTE);
    return { ...line, staffId: who, startsAt: from, endsAt };
  });
}

/** Which pet of a booking a refusal is about: `pets[1].starts_at` is the second's; a field that names none is the first's. */
export const refusedLine = (field: string | null): number => Number(/^pets\[(\d+)\]/.exec(field ?? '')?.[1] ?? 0);

/** Whether a refusal is about a field of a pet's line. */
export const isOfLine = (field: string | null, line: number, name: string): boolean =>
  field !== null && field.replace(/^pets\[\d+\]\./, '') === name && refusedLine(field) === line;

/**
 * A time that is free for one pet of a booking, taken: that pet comes then, with that colleague. The others keep their colleagues, and move in
 * time with it where its turn moves.
 */
export function takeFor(
  line: number,
  slot: Pick<FreeSlot, 'staff_id' | 'starts_at'>,
  { lines, startsAt, staffId }: { lines: readonly Line[]; startsAt: number; staffId: string },
  services: readonly Service[],
  hoursBuffer = NO_BUFFER,
): { lines: Line[]; startsAt: number } {
  const before = placeLines(lines, startsAt, staffId, services, hoursBuffer);
  const taken = lines.map((each, index): Line => {
    if (index === line)
      return before[index]!.staffId === slot.staff_id && index > 0 ? each : { ...each, staffId: slot.staff_id };
    // Whoever was free has the first pet from now on: somebody else could be free at another time.
    return index === 0 ? { ...each, staffId } : each;
  });
  const turn = placeLines(taken, startsAt, taken[0]!.staffId, services, hoursBuffer)[line]!.startsAt;
  return { lines: taken, startsAt: startsAt + slot.starts_at - turn };
}

const filled = (text: string): string | null => text.trim() || null;

/** The answers to what the service of a line asks, as they can be given to it. */
function answersTo({ answers, serviceId }: Line, services: readonly Service[]): FormAnswer[] {
  const fields = services.find(({ id }) => id === serviceId)?.form_fields ?? [];
  return choosable(answers, fields, []).flatMap((answer) => {
    const field = fields.find(({ name }) => name === answer.name);
    return field ? [{ ...answer, field_type: field.field_type }] : [];
  });
}

/** What is sent to the core. */
export function toInput(
  booking: Booking,
  startsAt: number,
  staffId: string,
  services: readonly Service[],
  overruled: RefusalCode[],
  hoursBuffer = NO_BUFFER,
): BookInput {
  const placed = placeLines(booking.lines, startsAt, staffId, services, hoursBuffer);
  const price = services.find(({ id }) => id === placed[0]?.serviceId)?.base_price_cents ?? null;
  return {
    client_id: booking.clientId,
    pets: placed.map((line): BookPet => ({
      pet_id: line.petId,
      service_id: line.serviceId || null,
      staff_id: line.staffId,
      starts_at: line.startsAt,
      duration_minutes: line.duration,
      answers: answersTo(line, services),
    })),
    notes: {
      title: filled(booking.title),
      reason: filled(booking.reason),
      symptoms: null,
      special_requests: null,
      client_notes: null,
      internal_notes: filled(booking.internalNotes),
      pickup_address: null,
    },
    booking_method: methodOf(booking),
    is_emergency: booking.isEmergency,
    overruled,
    recurrence: booking.repetition ? toRule(booking.repetition, dateOf(startsAt, clinicZone())) : null,
    estimated_cost_cents: placed.length === 1 ? price : null,
    waitlist_entry_id: booking.wish?.entryId ?? null,
  };
}

function methodOf({ isWalkIn, wish }: Booking): BookingMethod {
  if (isWalkIn) return 'walk_in';
  return wish ? 'waitlist' : 'phone';
}

/** A walk-in begins now, on the next five minutes. */
export const walkInStart = (now: number): number => Math.ceil(now / (5 * MINUTE)) * 5 * MINUTE;

/** Whether who comes then can be here now: today, or in the five minutes before midnight on the next day. */
export const canWalkIn = (at: number, now: number, zone: string): boolean =>
  dateOf(at, zone) === dateOf(now, zone) || at === walkInStart(now);
