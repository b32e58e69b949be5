import IconGone from '@tabler/icons-svelte/icons/door-exit';
import IconHistory from '@tabler/icons-svelte/icons/history';
import IconMessage from '@tabler/icons-svelte/icons/message';
import IconPencil from '@tabler/icons-svelte/icons/pencil';
import IconPlus from '@tabler/icons-svelte/icons/calendar-plus';
import IconRepeat from '@tabler/icons-svelte/icons/repeat';
import { canDo } from '$areas/booking/booking';
import { plant } from '$areas/booking/seed.svelte';
import { backend, type AppointmentCard, type AppointmentDetail, type AppointmentStatus } from '$lib/backend';
import type { Command } from '$lib/commands/registry.svelte';
import { STATUS } from '$lib/components/status';
import { t, type PlainKey } from '$lib/i18n/index.svelte';
import { route } from '$lib/router.svelte';
import { clinicZone } from '$lib/session.svelte';
import { newBooking, showHistory } from '$lib/shell/actions.svelte';
import { takesTime } from '$lib/takes-time';
import { now } from '$lib/time/clock.svelte';
import { formatDateTime } from '$lib/time/format';
import { MINUTE } from '$lib/time/zone';
import { canMove, canReschedule, canSwap, close, flow, petOf, setPickedUp, setStatus } from './flow.svelte';
import { isLeftOpen } from './left-open';
import { canPickUp } from './pick-up';

/** Something that can be done with the visit that is open: it stands in its menu, and in the palette. */
export interface VisitAction extends Command {
  icon: typeof IconHistory;
  testid?: string;
}

const group: PlainKey = 'visit.visit';

/** What giving it another time is called: one that did not come about is rescheduled, one to come may only move a little. */
export const moveTitle = (card: AppointmentCard, now: number): PlainKey =>
  isMissed(card, now) ? 'visit.reschedule' : 'visit.move_to';
const isMissed = (card: AppointmentCard, now: number): boolean => card.ends_at <= now && canReschedule(card.status);
export const openMove = (card: AppointmentCard, now: number): void =>
  void (flow.move = { card, isReschedule: isMissed(card, now) });

/** Whether a visit was left open on an earlier day, and is looked at there: on the board of today stands who is still here. */
export const wasLeftOpen = (card: AppointmentCard, at: number): boolean =>
  route.path !== '/today' && isLeftOpen(card, at, clinicZone());

/** Goes on to a status; what was left open was completed on its day, as it was planned, and not now. */
export const goOn = (card: AppointmentCard, status: AppointmentStatus): Promise<void> =>
  status === 'completed' && wasLeftOpen(card, now()) ? close(card) : setStatus(card, status);

/** Who is done is picked up, or was not after all. */
function pickUp(visit: AppointmentDetail): VisitAction[] {
  if (!canPickUp(visit)) return [];
  const isGone = visit.picked_up_at !== null;
  return [
    {
      id: 'visit.pick_up',
      title: isGone ? 'visit.to_not_picked_up' : 'visit.to_picked_up',
      group,
      icon: IconGone,
      run: () => void setPickedUp(visit, !isGone),
      testid: 'visit-pick-up',
    },
  ];
}

/** It repeats from now on, or otherwise than it did. */
const repeat = (visit: AppointmentDetail): VisitAction => ({
  id: 'visit.repeat',
  title: visit.series_id === null ? 'visit.repeat' : 'visit.change_rhythm',
  group,
  keywords: 'repeat.label',
  icon: IconRepeat,
  run: () => void (flow.rhythm = visit),
  testid: 'visit-repeat',
});

/** Another visit like this one: for the same, with the same colleague, as long, as far as either is there still. */
async function bookAgain(visit: AppointmentDetail, client: string): Promise<void> {
  const [services, staff] = await Promise.all([backend.services(), backend.staff()]).catch(() => [[], []] as const);
  const service = services.find(({ id, is_active }) => id === visit.service_id && is_active);
  const person = staff.find(({ id, is_active, is_bookable }) => id === visit.staff_id && is_active && is_bookable);
  const isShort = service?.kind !== 'boarding';
  plant({
    serviceId: service?.id,
    staffId: person && canDo(person, service) ? person.id : undefined,
    durationMinutes: service && isShort ? (visit.ends_at - visit.starts_at) / MINUTE : undefined,
  });
  newBooking({ client, pet: visit.pet_id ?? undefined });
}

/** What its menu offers: the other statuses, then the rest. */
export function menuActions(visit: AppointmentDetail, onedit: () => void): VisitAction[][] {
  const { client_id: client } = visit;
  const statuses = visit.next_statuses.filter((status) => status !== 'rescheduled');
  const ofClient: VisitAction[] = client
    ? [
        {
          id: 'visit.book_again',
          title: 'visit.book_again',
          group,
          icon: IconPlus,
          run: () => void bookAgain(visit, client),
        },
        {
          id: 'visit.notify',
          title: 'visit.notify',
          group,
          icon: IconMessage,
          run: () => {
            const about = { pet: petOf(visit), when: formatDateTime(visit.starts_at) };
            flow.notify = { card: visit, body: t('visit.notify_about', about) };
          },
        },
      ]
    : [];
  return [
    [
      ...pickUp(visit),
      ...statuses.map((status) => ({
        id: `visit.to_${status}`,
        title: STATUS[status].verb,
        group,
        icon: STATUS[status].icon,
        run: () => void goOn(visit, status),
        testid: `visit-to-${status}`,
      })),
    ],
    [
      { id: 'visit.edit', title: 'visit.edit_details', group, icon: IconPencil, run: onedit },
      ...(takesTime(visit.status) ? [repeat(visit)] : []),
      ...ofClient,
      {
        id: 'visit.history',
        title: 'common.history',
        group,
        icon: IconHistory,
        run: () => showHistory('appointments', visit.id, petOf(visit)),
        testid: 'history',
      },
    ],
  ];
}

/** All that the palette offers of it. */
export function visitCommands(visit: AppointmentDetail, now: number, onedit: () => void): Command[] {
  const move: Command = {
    id: 'visit.move',
    title: moveTitle(visit, now),
    group,
    keywords: 'status.to_rescheduled',
    run: () => openMove(visit, now),
  };
  const swap: Command = { id: 'visit.swap', title: 'visit.swap', group, run: () => void (flow.swap = visit.id) };
  const [statuses = [], others = []] = menuActions(visit, onedit);
  return [...statuses, ...(canMove(visit.status) ? [move] : []), ...(canSwap(visit) ? [swap] : []), ...others];
}
