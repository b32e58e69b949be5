// What can be done with a visit from anywhere, with the questions that come on the way: which of its series, a taken time,
// telling the client. The dialogs are in VisitDialogs.svelte, which the shell shows once: a toast offers one on any screen.
import { tick } from 'svelte';
import {
  backend,
  isRefused,
  RefusalError,
  refusalOf,
  type AppointmentCard,
  type AppointmentDetail,
  type AppointmentStatus,
  type FreeSlot,
  type MoveInput,
  type Refusal,
  type RefusalCode,
  type SeriesScope,
} from '$lib/backend';
import { save, toastOffered, toastRefused, toastSaid, toastSaved } from '$lib/data/saving';
import { invalidate } from '$lib/data/live';
import { STATUS } from '$lib/components/status';
import { t } from '$lib/i18n/index.svelte';
import { clinicZone } from '$lib/session.svelte';
import { formatDateTime, formatTime } from '$lib/time/format';
import { dateOf, MINUTE } from '$lib/time/zone';
import { alikeOf, also, idsOf, namesOf, petOf } from './family';

export interface Destination {
  staffId: string | null;
  startsAt: number;
  endsAt: number;
}

/** What a person may answer to a taken time. */
export type ConflictAnswer = { kind: 'slot'; slot: FreeSlot } | { kind: 'anyway' } | null;

interface Question<Subject, Answer> {
  subject: Subject;
  answer: (answer: Answer) => void;
}

/** What a client is told of a visit, once somebody sends it; where another is to be told of the same, `next` is theirs. */
interface Message {
  card: AppointmentCard;
  body: string;
  next?: Message;
}

/** A visit as it was before it left its time: somebody's. */
export type FreedVisit = AppointmentCard & { staff_id: string };

/** Refusals about a time that a person may overrule, knowing it. */
const OVERRULABLE: ReadonlySet<RefusalCode> = new Set([
  'slot_taken',
  'outside_hours',
  'emergency_only',
  'not_their_service',
]);
export const isOverrulable = (refusal: Refusal): boolean => OVERRULABLE.has(refusal.code);

export const flow = $state<{
  scope: Question<{ card: AppointmentCard; isEdit: boolean }, SeriesScope | null> | null;
  conflict: Question<{ refusal: Refusal; title: string }, ConflictAnswer> | null;
  notify: Message | null;
  cancel: AppointmentCard | null;
  move: { card: AppointmentCard; isReschedule: boolean } | null;
  /** The visit that is to repeat, or to do so otherwise. */
  rhythm: AppointmentDetail | null;
  /** The visit that is to change places with another of its day. */
  swap: string | null;
  /** A visit as it was, whose time is to be offered to who waits. */
  freed: FreedVisit | null;
  /** A rescheduled visit lives on under another id, and after undo under its old one: the screen that shows it now follows, once. */
  replaced: { from: string; to: string } | null;
  /** What was replaced last, until the address changes: a screen that follows it is no other screen. */
  led: { from: string; to: string } | null;
}>({
  scope: null,
  conflict: null,
  notify: null,
  cancel: null,
  move: null,
  rhythm: null,
  swap: null,
  freed: null,
  replaced: null,
  led: null,
});

/** How often the dialogs were closed: what began before that has nobody before it any more whom to ask or offer something. */
let closings = 0;
export const closingsSoFar = (): number => closings;

/** Whether a dialog is open, or should be. */
export const isAsking = (): boolean =>
  [flow.scope, flow.conflict, flow.notify, flow.cancel, flow.move, flow.rhythm, flow.freed].some(
    (asked) => asked !== null,
  );

/** Closes whatever is open: a question is answered with no. */
export function closeDialogs(): void {
  closings += 1;
  flow.scope?.answer(null);
  flow.conflict?.answer(null);
  Object.assign(flow, { notify: null, cancel: null, move: null, rhythm: null, swap: null, freed: null });
}

/** Which visits of a series a change is for; of one that stands alone, that one. */
export function askScope(card: AppointmentCard, isEdit: boolean): Promise<SeriesScope | null> {
  if (!card.series_id) return Promise.resolve('this');
  return new Promise((resolve) => {
    flow.scope = {
      subject: { card, isEdit },
      answer: (scope) => {
        flow.scope = null;
        resolve(scope);
      },
    };
  });
}

/** Asks what to do about a taken time; where the dialogs were closed since `begun`, the refusal is only said. */
export function askAboutConflict(refusal: Refusal, title: string, begun: number): Promise<ConflictAnswer> {
  if (closings !== begun) {
    toastRefused(new RefusalError(refusal));
    return Promise.resolve(null);
  }
  return new Promise((resolve) => {
    flow.conflict = {
      subject: { refusal, title },
      answer: (answer) => {
        flow.conflict = null;
        resolve(answer);
      },
    };
  });
}

/**
 * Moves a visit: within its day as a correction, to another day (or where asked) as a rescheduling that keeps the chain. Several of a
 * series are moved whatever the day: the core reschedules one at a time. One that has begun stays on its day, and moves alone.
 * Gives the visit's id after it, or none where nothing was changed.
 */
export async function moveVisit(card: AppointmentCard, to: Destination, isReschedule = false): Promise<string | null> {
  if (isHere(card.status)) {
    if (isSameDay(card, to)) return place(card, to, 'this', false);
    toastSaid(t('visit.begun_same_day'));
    return null;
  }
  const scope = await askScope(card, false);
  return scope === null ? null : place(card, to, scope, isReschedule);
}

const isSameDay = (card: AppointmentCard, to: Destination): boolean =>
  dateOf(card.starts_at, clinicZone()) === dateOf(to.startsAt, clinicZone());

async function place(
  card: AppointmentCard,
  to: Destination,
  scope: SeriesScope,
  isReschedule: boolean,
  overruled: RefusalCode[] = [],
): Promise<string | null> {
  const input: MoveInput = {
    appointment_id: card.id,
    staff_id: to.staffId,
    starts_at: to.startsAt,
    ends_at: to.endsAt,
    scope,
    overruled,
  };
  const isOtherDay = isReschedule || !isSameDay(card, to);
  const isRescheduled = isOtherDay && scope === 'this';
  const begun = closings;
  try {
    const saved = isRescheduled ? await backend.rescheduleAppointment(input) : await backend.moveAppointment(input);
    await invalidate(saved.changes);
    if (saved.value && saved.value !== card.id) await lead(card.id, saved.value);
    const when = formatDateTime(to.startsAt);
    const body = t(scope === 'this' ? 'visit.notify_moved' : 'visit.notify_series_moved', { pet: petOf(card), when });
    toastSaved(movedWords(scope, isRescheduled, to.startsAt), saved, notifyAction(card, body, saved.value ?? card.id));
    if (scope === 'this' && isLeft(card, to)) void mention(card);
    return saved.value ?? card.id;
  } catch (thrown) {
    const refusal = refusalOf(thrown);
    if (!isOverrulable(refusal) || overruled.includes(refusal.code)) {
      toastRefused(thrown);
      return null;
    }
    const answer = await askAboutConflict(refusal, t('visit.move_anyway'), begun);
    if (answer === null) return null;
    // What was asked is what is overruled: what else is in the way is asked next.
    if (answer.kind === 'anyway') return place(card, to, scope, isReschedule, [...overruled, refusal.code]);
    const { staff_id, starts_at, ends_at } = answer.slot;
    return place(card, { staffId: staff_id, startsAt: starts_at, endsAt: ends_at }, scope, isReschedule);
  }
}

/** What was done, in words: where to, and which of a series went along. */
function movedWords(scope: SeriesScope, isRescheduled: boolean, startsAt: number): string {
  const when = formatDateTime(startsAt);
  if (scope === 'following') return t('visit.moved_following', { when });
  if (scope === 'all') return t('visit.moved_all', { when });
  return isRescheduled ? t('visit.rescheduled_to', { when }) : t('visit.moved_to', { when: formatTime(startsAt) });
}

/**
 * What is being typed of a visit is kept under this: the first of those that it took the place of. So it is there under whichever id the visit
 * goes on when it is rescheduled, or that is undone, whoever looks at it meanwhile. One whose place another took has what is typed of it by itself.
 */
export async function draftOf(
  visit: Pick<AppointmentDetail, 'id' | 'previous_appointment_id' | 'next_appointment_id'>,
): Promise<string> {
  if (visit.next_appointment_id !== null) return `replaced:${visit.id}`;
  let first: Pick<AppointmentDetail, 'id' | 'previous_appointment_id'> = visit;
  while (first.previous_appointment_id !== null) {
    const before = await backend.appointment(first.previous_appointment_id).catch((thrown: unknown) => {
      // Gone: this is the first there is. Where it could not be read, the text would be kept where it is not found again.
      if (isRefused(thrown, 'not_found')) return null;
      throw thrown;
    });
    if (before === null) break;
    first = before;
  }
  return `visit:${first.id}`;
}

/** Leads whatever shows a visit to the one in its place. Not later: the old one can be looked at, and undoing brings it back. */
export async function lead(from: string, to: string): Promise<void> {
  flow.led = { from, to };
  flow.replaced = { from, to };
  await tick();
  flow.replaced = null;
}

export { petOf };

/** The toast's offer to tell the client: nothing is written to anybody without it. */
export function notifyAction(card: AppointmentCard, body: string, id = card.id) {
  if (!card.client_id) return undefined;
  return { label: t('visit.notify'), run: () => void tellInstead({ card: { ...card, id }, body }) };
}

/** Opens the message where another may be open: what was typed of that is kept first, and offered again. */
async function tellInstead(message: Message): Promise<void> {
  flow.notify = null;
  await tick();
  flow.notify = message;
}

/** The message was sent or is not wanted: whoever is to be told next is told now. */
export function closeNotify(): void {
  const next = flow.notify?.next;
  flow.notify = null;
  if (next) void tellInstead(next);
}

/** The offer to tell whoever two visits are for: two clients one after the other, one client of both at once. */
function notifyBoth(one: Message, other: Message) {
  const [first, second] = [one, other].filter(({ card }) => card.client_id !== null);
  if (!first || !second) return first && notifyAction(first.card, first.body);
  if (first.card.client_id === second.card.client_id) return notifyAction(first.card, `${first.body}\n${second.body}`);
  return { label: t('visit.notify_both'), run: () => void tellInstead({ ...first, next: second }) };
}

/** Lets two visits change places: colleague and time of both, in one action. */
export async function swapVisits(one: AppointmentCard, other: AppointmentCard): Promise<void> {
  const movedTo = (card: AppointmentCard, { starts_at }: AppointmentCard): Message => ({
    card: { ...card },
    body: t('visit.notify_moved', { pet: petOf(card), when: formatDateTime(starts_at) }),
  });
  const done = t('visit.swapped', { one: petOf(one), other: petOf(other) });
  const more = notifyBoth(movedTo(one, other), movedTo(other, one));
  await save(backend.swapAppointments(one.id, other.id), { done, more });
}

/** The usual way of a visit: the one primary button. */
const USUAL: Partial<Record<AppointmentStatus, AppointmentStatus>> = {
  pending: 'confirmed',
  confirmed: 'checked_in',
  reminded: 'checked_in',
  checked_in: 'in_progress',
  in_progress: 'completed',
};
/** Only before it has begun may a visit be replaced by one at another time. */
export const canReschedule = (status: AppointmentStatus): boolean =>
  status === 'pending' || status === 'confirmed' || status === 'reminded';
/** Only what has a colleague and a time of its own to give changes places. */
export const canSwap = ({ status, staff_id }: AppointmentCard): boolean => canReschedule(status) && staff_id !== null;
/** Whoever it is for is here: it stays on its day. */
export const isHere = (status: AppointmentStatus): boolean => status === 'checked_in' || status === 'in_progress';
/** Until it is over a visit may be given another time, length or colleague. */
export const canMove = (status: AppointmentStatus): boolean => canReschedule(status) || isHere(status);
export const usualNext = (status: AppointmentStatus): AppointmentStatus | null => USUAL[status] ?? null;

/** Visits of which something is being written: it is not written a second time meanwhile. */
const underWay = new Set<string>();

async function unlessUnderWay(cards: AppointmentCard[], write: () => Promise<unknown>): Promise<void> {
  if (cards.some(({ id }) => underWay.has(id))) return;
  cards.forEach(({ id }) => underWay.add(id));
  await write();
  cards.forEach(({ id }) => underWay.delete(id));
}

/** Writes the status of visits, says `done`, and offers the same for those of the family that stood as the first did. */
const writeStatuses = (cards: AppointmentCard[], status: AppointmentStatus, done: string): Promise<void> =>
  unlessUnderWay(cards, async () => {
    const alike = await alikeOf(cards);
    // Whoever was said so by hand meanwhile is not said so again.
    const run = async (): Promise<void> => {
      const still = await alikeOf(cards);
      if (still.length > 0) await writeStatuses(still, status, nowWords(still, status));
    };
    await save(backend.setAppointmentStatus(idsOf(cards), status), { done, more: also(alike, () => void run()) });
  });

/** Writes a visit's status, and says `done`. */
export const writeStatus = (card: AppointmentCard, status: AppointmentStatus, done: string): Promise<void> =>
  writeStatuses([card], status, done);

const nowWords = (cards: AppointmentCard[], status: AppointmentStatus): string =>
  cards.map((card) => t('visit.now_status', { pet: petOf(card), status: t(STATUS[status].text) })).join(', ');

export async function setStatus(card: AppointmentCard, status: AppointmentStatus): Promise<void> {
  if (status === 'cancelled') {
    flow.cancel = card;
    return;
  }
  await writeStatus(card, status, nowWords([card], status));
}

/** So long after a visit was to be over, who comes late is no longer waited for: from then on it needs attention. */
const AWAITED = 60 * MINUTE;

/** Whether a visit is long over by the clock, and nobody said that whoever it is for came. */
export const isUnseen = ({ status, ends_at }: AppointmentCard, now: number): boolean =>
  ends_at + AWAITED <= now && (status === 'confirmed' || status === 'reminded');

/** Completes a visit that was left open: it took place as it was planned, where nothing else was said of it. */
export const close = (card: AppointmentCard): Promise<void> =>
  unlessUnderWay([card], () => save(backend.closeAppointment(card.id), { done: t('visit.was_completed') }));

/** Marks who is done as picked up, or takes that back. */
export const setPickedUp = (card: AppointmentCard, isPickedUp: boolean): Promise<void> => pickUp([card], isPickedUp);

const pickUp = (cards: AppointmentCard[], isPickedUp: boolean): Promise<void> =>
  unlessUnderWay(cards, async () => {
    const alike = await alikeOf(cards);
    const done =
      cards.length > 1
        ? t(isPickedUp ? 'visit.were_picked_up' : 'visit.wait_again', { pets: namesOf(cards) })
        : t(isPickedUp ? 'visit.was_picked_up' : 'visit.waits_again', { pet: namesOf(cards) });
    const more = also(alike, () => void pickUp(alike, isPickedUp));
    await save(backend.setPickedUp(idsOf(cards), isPickedUp), { done, more });
  });

/** Whether all of a visit's time is left for another: who is moved by less than that is not worth a question. */
const isLeft = (card: AppointmentCard, { staffId, startsAt, endsAt }: Destination): boolean =>
  (staffId ?? card.staff_id) !== card.staff_id || endsAt <= card.starts_at || startsAt >= card.ends_at;

const isSomebodys = (card: AppointmentCard): card is FreedVisit => card.staff_id !== null;

/** Who could take the time that a visit had, as it was. */
export const matchesOf = ({ staff_id, starts_at, ends_at, service_id, client_id }: FreedVisit) => ({
  staff_id,
  starts_at,
  ends_at,
  service_id,
  client_id,
  limit: 8,
});

/**
 * Looks for who could take the time that a visit had, as it was. A time of nobody has nobody to give it with, and who went on to another screen
 * since `begun` is not called back.
 */
function offer(card: AppointmentCard, begun: number): void {
  if (isSomebodys(card) && closings === begun) flow.freed = card;
}

/** Of a series, those that are cancelled are told of as well. */
const CANCELLED = {
  this: 'visit.notify_cancelled',
  following: 'visit.notify_following_cancelled',
  all: 'visit.notify_series_cancelled',
} as const;

/** Mentions who waits for a time that was left for another. Whoever moves visits goes on with that: nothing opens by itself. */
async function mention(card: AppointmentCard): Promise<void> {
  if (!isSomebodys(card)) return;
  const matches = await backend.waitlistMatches(matchesOf(card)).catch(() => []);
  if (matches.length === 0) return;
  const run = (): void => void (flow.freed = card);
  toastOffered(t('visit.fits', { count: matches.length }), { label: t('visit.show_waiting'), run });
}

/**
 * Cancels a visit, and those of its family that do not come either, says so, and looks for who could take the time. Gives whether it did: where it
 * was refused, the reason stays to be sent again.
 */
export async function cancelVisit(
  card: AppointmentCard,
  reason: string,
  scope: SeriesScope,
  family: AppointmentCard[],
): Promise<boolean> {
  const input = { appointment_id: card.id, reason: reason.trim() || null, scope, with: idsOf(family) };
  const pet = namesOf([card, ...family]);
  const body = [card, ...family]
    .map((one) => t(CANCELLED[scope], { pet: petOf(one), when: formatDateTime(one.starts_at) }))
    .join('\n');
  const begun = closings;
  const isOne = scope === 'this' && family.length === 0;
  const saved = await save(backend.cancelAppointment(input), {
    done: t(isOne ? 'visit.was_cancelled' : 'visit.were_cancelled', { pet }),
    more: notifyAction(card, body),
  });
  if (!saved) return false;
  // One that is open by now is another's.
  if (closings === begun) flow.cancel = null;
  offer(card, begun);
  for (const other of family) void mention(other);
  return true;
}
