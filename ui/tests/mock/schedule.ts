import type {
  AppointmentCard,
  AppointmentDetail,
  AppointmentStatus,
  BookInput,
  DayBounds,
  FreeSlot,
  FreeSlotsQuery,
  MonthDay,
  MoveInput,
  Refusal,
  RefusalCode,
  WaitlistEntry,
  WorkBlock,
} from '../../src/lib/backend/bindings';
import {
  addDays,
  addMonths,
  dateOf,
  daysBetween,
  firstOfMonth,
  instantAt,
  MINUTE,
  minutesOf,
  startOfDay,
  weekday,
} from '../../src/lib/time/zone';
import { newId, type Visit } from './clinic';
import { standOf } from './rhythm';
import { refusal, type Handlers, type World } from './world';

export const GONE: AppointmentStatus[] = ['cancelled', 'no_show', 'rescheduled'];
const NEXT: Record<AppointmentStatus, AppointmentStatus[]> = {
  pending: ['confirmed', 'checked_in', 'cancelled'],
  confirmed: ['checked_in', 'in_progress', 'no_show', 'cancelled'],
  reminded: ['checked_in', 'in_progress', 'no_show', 'cancelled'],
  checked_in: ['in_progress', 'completed', 'confirmed', 'no_show', 'cancelled'],
  in_progress: ['completed', 'checked_in'],
  completed: ['in_progress'],
  cancelled: ['confirmed'],
  no_show: ['checked_in', 'confirmed'],
  rescheduled: [],
};

export function card(world: World, visit: Visit): AppointmentCard {
  const { clients, pets, visits } = world.memory;
  const client = clients.find(({ id }) => id === visit.client_id);
  const pet = pets.find(({ id }) => id === visit.pet_id);
  const clashes =
    !GONE.includes(visit.status) &&
    visit.is_overbooked &&
    visits.some(
      (other) =>
        other.id !== visit.id &&
        other.staff_id === visit.staff_id &&
        !GONE.includes(other.status) &&
        other.starts_at < visit.ends_at &&
        other.ends_at > visit.starts_at,
    );
  const {
    notes: _n,
    answers: _a,
    booking_method: _b,
    booking_reference: _r,
    estimated_cost_cents: _e,
    final_cost_cents: _f,
    payment_status: _p,
    cancelled_at: _c,
    cancellation_reason: _cr,
    reschedule_count: _rc,
    previous_appointment_id: _pa,
    next_appointment_id: _na,
    recurrence: _re,
    created_at: _ca,
    ...own
  } = visit;
  return {
    ...own,
    title: visit.notes.title,
    client_name: client ? `${client.first_name} ${client.last_name}` : '',
    client_phone: client?.phone ?? null,
    pet_name: pet?.name ?? '',
    species: pet?.species ?? null,
    has_clash: clashes,
    has_alert: !!(pet?.alerts || pet?.allergies),
  };
}

function detail(world: World, id: string): AppointmentDetail {
  const { visits, pets, records } = world.memory;
  const visit = visits.find((candidate) => candidate.id === id);
  if (!visit) throw refusal('not_found', { field: 'appointment' });
  const pet = pets.find((candidate) => candidate.id === visit.pet_id);
  const own = visits.filter(({ client_id }) => client_id !== null && client_id === visit.client_id);
  const today = dateOf(world.now(), world.zone);
  return {
    ...visit,
    ...card(world, visit),
    pet_alerts: pet?.alerts ?? null,
    pet_allergies: pet?.allergies ?? null,
    pet_deceased_on: pet?.deceased_on ?? null,
    breed: pet?.breed ?? null,
    client_no_shows: own.filter(({ status }) => status === 'no_show').length,
    client_visits: own.filter(({ status }) => status === 'completed' || status === 'no_show').length,
    balance_cents: own
      .filter(({ payment_status }) => payment_status === 'pending')
      .reduce((sum, { final_cost_cents }) => sum + (final_cost_cents ?? 0), 0),
    overdue_vaccinations: records
      .filter((record) => record.pet_id === visit.pet_id && record.due_on !== null && record.due_on < today)
      .map(({ title }) => title),
    group: visit.group_id
      ? visits
          .filter((other) => other.group_id === visit.group_id && other.id !== id && other.status !== 'rescheduled')
          .map((other) => card(world, other))
      : [],
    series: standOf(world, visit),
    next_statuses: NEXT[visit.status],
  };
}

function bounds(world: World, from: string, days: number): DayBounds[] {
  return Array.from({ length: days }, (_, index) => {
    const date = addDays(from, index);
    return { date, starts_at: startOfDay(date, world.zone), ends_at: startOfDay(addDays(date, 1), world.zone) };
  });
}

function blocksOf(world: World, date: string): WorkBlock[] {
  const { hours, overrides } = world.memory;
  const at = (time: string) => instantAt(date, minutesOf(time), world.zone);
  const found: WorkBlock[] = [];
  for (const line of hours.filter(({ day_of_week }) => day_of_week === weekday(date))) {
    let from = line.start;
    for (const pause of line.breaks) {
      found.push(
        { staff_id: line.staff_id, starts_at: at(from), ends_at: at(pause.start), kind: 'open', reason: null },
        { staff_id: line.staff_id, starts_at: at(pause.start), ends_at: at(pause.end), kind: 'break', reason: null },
      );
      from = pause.end;
    }
    found.push({ staff_id: line.staff_id, starts_at: at(from), ends_at: at(line.end), kind: 'open', reason: null });
  }
  let result = found;
  for (const over of overrides.filter(({ on_date }) => on_date === date)) {
    const from = over.start ? at(over.start) : startOfDay(date, world.zone);
    const to = over.end ? at(over.end) : startOfDay(addDays(date, 1), world.zone);
    if (over.kind === 'custom_hours') result = result.filter(({ staff_id }) => staff_id !== over.staff_id);
    result = result.flatMap((block) =>
      block.staff_id !== over.staff_id
        ? [block]
        : [
            { ...block, ends_at: Math.min(block.ends_at, from) },
            { ...block, starts_at: Math.max(block.starts_at, to) },
          ].filter((piece) => piece.starts_at < piece.ends_at),
    );
    result.push({
      staff_id: over.staff_id,
      starts_at: from,
      ends_at: to,
      kind: over.kind === 'unavailable' ? 'closed' : over.kind === 'custom_hours' ? 'open' : 'emergency_only',
      reason: over.reason,
    });
  }
  return result;
}

/** Whether a visit stands in time that is kept for emergencies. */
const isForEmergencies = (world: World, { staff_id, starts_at, ends_at }: Visit): boolean =>
  blocksOf(world, dateOf(starts_at, world.zone)).some(
    (block) =>
      block.kind === 'emergency_only' &&
      block.staff_id === staff_id &&
      block.starts_at < ends_at &&
      block.ends_at > starts_at,
  );

function range(world: World, from: string, days: number) {
  const list = bounds(world, from, days);
  const [first, last] = [list[0]!.starts_at, list.at(-1)!.ends_at];
  const following = bounds(world, addDays(list.at(-1)!.date, 1), 60);
  const isWorked = (some: typeof list) =>
    some.some(({ date }) => blocksOf(world, date).some(({ kind }) => kind === 'open' || kind === 'emergency_only'));
  return {
    timezone: world.zone,
    days: list,
    staff_ids: world.memory.staff.filter((person) => person.is_active && person.is_bookable).map(({ id }) => id),
    blocks: list.flatMap(({ date }) => blocksOf(world, date)),
    appointments: world.memory.visits
      .filter((visit) => visit.starts_at < last && visit.ends_at > first && visit.status !== 'rescheduled')
      .sort((a, b) => a.starts_at - b.starts_at)
      .map((visit) => card(world, visit)),
    next_open: isWorked(list) ? null : (following.find((day) => isWorked([day]))?.date ?? null),
  };
}

/** The day, and who is still here from the days before. */
function today(world: World) {
  const board = range(world, dateOf(world.now(), world.zone), 1);
  const [day] = board.days;
  const isHere = ({ status, ends_at }: Visit) =>
    (status === 'checked_in' || status === 'in_progress') &&
    ends_at <= day!.starts_at &&
    ends_at > day!.starts_at - 7 * 86_400_000;
  const still = world.memory.visits.filter(isHere).map((visit) => card(world, visit));
  return { ...board, appointments: [...still, ...board.appointments] };
}

function busy(world: World, staffId: string | null, from: number, to: number, except: string | null): boolean {
  return world.memory.visits.some(
    (visit) =>
      visit.id !== except &&
      visit.staff_id === staffId &&
      !GONE.includes(visit.status) &&
      visit.starts_at < to &&
      visit.ends_at > from,
  );
}

export function freeSlots(world: World, query: FreeSlotsQuery): FreeSlot[] {
  const service = world.memory.services.find(({ id }) => id === query.service_id);
  const length = (query.duration_minutes ?? service?.duration_minutes ?? 30) * MINUTE;
  const found: FreeSlot[] = [];
  const { starts_at } = query;
  const isAsked = (at: number): boolean => typeof starts_at !== 'number' || at === starts_at;
  const days = typeof starts_at === 'number' ? bounds(world, dateOf(starts_at, world.zone), 1) : null;
  for (const { date } of days ?? bounds(world, query.from, query.days)) {
    for (const block of blocksOf(world, date)) {
      const person = world.memory.staff.find(({ id }) => id === block.staff_id);
      if (block.kind !== 'open' && !(block.kind === 'emergency_only' && query.is_emergency)) continue;
      if (
        query.staff_id
          ? block.staff_id !== query.staff_id
          : service && person && !service.staff_roles.includes(person.role)
      )
        continue;
      // One time alone may lie between those that the hours are divided into.
      const first = days && starts_at! >= block.starts_at ? starts_at! : block.starts_at;
      for (let at = first; at + length <= block.ends_at; at += 15 * MINUTE) {
        if (isAsked(at) && at >= world.now() && !busy(world, block.staff_id, at, at + length, query.moving))
          found.push({ staff_id: block.staff_id, starts_at: at, ends_at: at + length });
      }
    }
  }
  found.sort((a, b) => a.starts_at - b.starts_at);
  const told = query.one_a_time ? found.filter((slot, at) => found[at - 1]?.starts_at !== slot.starts_at) : found;
  return query.limit ? told.slice(0, query.limit) : told;
}

export function mustBeFree(
  world: World,
  staffId: string | null,
  from: number,
  to: number,
  except: string | null,
  overruled: RefusalCode[],
  isEmergency: boolean,
): boolean {
  const date = dateOf(from, world.zone);
  const isTaken = busy(world, staffId, from, to, except);
  const inside = blocksOf(world, date).find(
    (block) =>
      block.staff_id === staffId &&
      block.kind !== 'break' &&
      block.kind !== 'closed' &&
      block.starts_at <= from &&
      block.ends_at >= to,
  );
  const alternatives = freeSlots(world, {
    service_id: null,
    staff_id: staffId,
    duration_minutes: (to - from) / MINUTE,
    from: date,
    days: 7,
    is_emergency: isEmergency,
    moving: except,
    limit: null,
  })
    .sort((a, b) => Math.abs(a.starts_at - from) - Math.abs(b.starts_at - from))
    .slice(0, 5);
  const told: RefusalCode[] = [
    ...(isTaken ? (['slot_taken'] as const) : []),
    ...(!inside ? (['outside_hours'] as const) : []),
    ...(inside?.kind === 'emergency_only' && !isEmergency ? (['emergency_only'] as const) : []),
  ];
  const code = told.find((each) => !overruled.includes(each));
  if (code) throw refusal(code, { field: 'starts_at', alternatives });
  return isTaken;
}

function book(world: World, input: BookInput): { appointment_ids: string[]; skipped: number[] } {
  const ids: string[] = [];
  const rule = new Map((input.recurrence ?? '').split(';').map((part) => part.split('=') as [string, string]));
  const count = input.recurrence ? Math.min(Number(rule.get('COUNT') ?? 10), 200) : 1;
  const step =
    (rule.get('FREQ') === 'DAILY' ? 1 : rule.get('FREQ') === 'MONTHLY' ? 28 : 7) * Number(rule.get('INTERVAL') ?? 1);
  const series = input.recurrence ? newId() : null;
  const group = input.pets.length > 1 ? newId() : null;
  const skipped: number[] = [];
  for (const [line, pet] of input.pets.entries()) {
    const service = world.memory.services.find(({ id }) => id === pet.service_id);
    if (!service && !input.notes.title) throw refusal('required', { field: 'service_id' });
    if (world.memory.pets.find(({ id }) => id === pet.pet_id)?.deceased_on)
      throw refusal('pet_deceased', { field: 'pet_id' });
    const open = service?.form_fields.find(
      ({ name, is_required }) => is_required && !pet.answers.some((given) => given.name === name && given.value !== ''),
    );
    if (open) throw refusal('required', { field: `pets[${line}].answers`, detail: open.name });
    const length = (pet.duration_minutes ?? service?.duration_minutes ?? 30) * MINUTE;
    for (let index = 0; index < count; index++) {
      const date = addDays(dateOf(pet.starts_at, world.zone), index * step);
      const starts_at =
        index === 0
          ? pet.starts_at
          : instantAt(
              date,
              Math.round((pet.starts_at - startOfDay(dateOf(pet.starts_at, world.zone), world.zone)) / MINUTE),
              world.zone,
            );
      try {
        const isTaken = mustBeFree(
          world,
          pet.staff_id,
          starts_at,
          starts_at + length,
          null,
          input.overruled,
          input.is_emergency,
        );
        const id = newId();
        ids.push(id);
        world.memory.visits.push({
          id,
          staff_id: pet.staff_id,
          client_id: input.client_id,
          pet_id: pet.pet_id,
          service_id: pet.service_id,
          title: input.notes.title,
          starts_at,
          ends_at: starts_at + length,
          actual_start_at: null,
          actual_end_at: null,
          // Who walks in is here for the first visit of a series alone.
          status: input.booking_method === 'walk_in' && index === 0 ? 'checked_in' : 'confirmed',
          status_since: world.now(),
          picked_up_at: null,
          is_emergency: input.is_emergency,
          is_overbooked: isTaken,
          series_id: series,
          group_id: group,
          booking_method: input.booking_method,
          booking_reference: `AC-${1000 + world.memory.visits.length}`,
          notes: input.notes,
          estimated_cost_cents: input.estimated_cost_cents,
          final_cost_cents: null,
          payment_status: 'none',
          cancelled_at: null,
          cancellation_reason: null,
          reschedule_count: 0,
          previous_appointment_id: null,
          next_appointment_id: null,
          recurrence: input.recurrence,
          answers: pet.answers,
          created_at: world.now(),
        });
      } catch (refused) {
        if (index === 0) {
          // All or nothing; and which of the family it is about.
          world.memory.visits = world.memory.visits.filter(({ id }) => !ids.includes(id));
          throw Object.assign(refused as Refusal, { field: `pets[${line}].starts_at` });
        }
        skipped.push(starts_at);
      }
    }
  }
  return { appointment_ids: ids, skipped };
}

export function visitOf(world: World, id: string): Visit {
  const visit = world.memory.visits.find((candidate) => candidate.id === id);
  if (!visit) throw refusal('not_found', { field: 'appointment' });
  return visit;
}

function scoped(world: World, visit: Visit, scope: string): Visit[] {
  if (scope === 'this' || !visit.series_id) return [visit];
  // Of the others those of the same pet that are still to come.
  const from = scope === 'all' ? world.now() : Math.max(visit.starts_at, world.now());
  return world.memory.visits.filter(
    (other) =>
      other === visit ||
      (other.series_id === visit.series_id && other.pet_id === visit.pet_id && other.starts_at >= from),
  );
}

export function scheduleHandlers(world: World): Handlers {
  const place = (input: MoveInput): void => {
    const visit = visitOf(world, input.appointment_id);
    if (input.ends_at <= input.starts_at) throw refusal('end_before_start', { field: 'ends_at' });
    // None means whoever it was.
    const staffId = input.staff_id ?? visit.staff_id;
    visit.is_overbooked = mustBeFree(
      world,
      staffId,
      input.starts_at,
      input.ends_at,
      visit.id,
      input.overruled,
      visit.is_emergency,
    );
    const shift = input.starts_at - visit.starts_at;
    const length = input.ends_at - input.starts_at;
    const all = scoped(world, visit, input.scope);
    for (const each of all) {
      const [from, to] = [each.starts_at + shift, each.starts_at + shift + length];
      const isInTheWay = (other: Visit): boolean =>
        !all.includes(other) &&
        other.staff_id === staffId &&
        !GONE.includes(other.status) &&
        other.starts_at < to &&
        other.ends_at > from;
      if (each !== visit && !input.overruled.includes('slot_taken') && world.memory.visits.some(isInTheWay))
        throw refusal('slot_taken', { field: 'starts_at', until: from });
    }
    for (const each of all)
      Object.assign(each, {
        starts_at: each.starts_at + shift,
        ends_at: each.starts_at + shift + length,
        staff_id: staffId,
      });
  };
  return {
    schedule_range: ({ from, days }) => range(world, from, days),
    today_board: () => today(world),
    month_overview: ({ month }): MonthDay[] => {
      const first = firstOfMonth(month);
      const length = daysBetween(first, addMonths(first, 1));
      return range(world, addDays(first, -6), length + 12).days.map(({ date, starts_at, ends_at }) => {
        const own = world.memory.visits.filter(
          (visit) =>
            visit.starts_at >= starts_at && visit.starts_at < ends_at && !GONE.slice(0, 1).includes(visit.status),
        );
        const minutes = (list: { starts_at: number; ends_at: number }[]) =>
          list.reduce((sum, item) => sum + (item.ends_at - item.starts_at) / MINUTE, 0);
        return {
          date,
          visits: own.length,
          emergencies: own.filter(({ is_emergency }) => is_emergency).length,
          booked_minutes: minutes(own),
          open_minutes: minutes(blocksOf(world, date).filter(({ kind }) => kind === 'open')),
        };
      });
    },
    free_slots: ({ query }) => freeSlots(world, query),
    print_day_sheet: ({ path, date, staff }) => {
      world.memory.printed = { path, date, staff };
      return path;
    },
    appointment: ({ id }) => detail(world, id),
    book_appointment: ({ input }) =>
      world.write('book_appointment', ['appointments', 'waitlist_entries'], ({ waitlist }) => {
        const isOpen = ({ status }: WaitlistEntry): boolean => status === 'active' || status === 'offered';
        const entry = waitlist.find((each) => each.id === input.waitlist_entry_id && isOpen(each));
        if (input.waitlist_entry_id && !entry) throw refusal('not_found', { field: 'waitlist_entry_id' });
        const booked = book(world, input);
        if (entry) entry.status = 'booked';
        return booked;
      }),
    move_appointment: ({ input }) => world.write('move_appointment', ['appointments'], () => (place(input), null)),
    // As the store does it: the visit stays behind, another one takes its place, and no other of its series comes along.
    reschedule_appointment: ({ input }) =>
      world.write('reschedule_appointment', ['appointments'], ({ visits }) => {
        const old = visitOf(world, input.appointment_id);
        const before = { ...old };
        place({ ...input, scope: 'this' });
        const id = newId();
        visits.push({
          ...old,
          id,
          status: 'confirmed',
          status_since: world.now(),
          reschedule_count: old.reschedule_count + 1,
          previous_appointment_id: old.id,
          created_at: world.now(),
        });
        Object.assign(old, before, { status: 'rescheduled', status_since: world.now(), next_appointment_id: id });
        return id;
      }),
    cancel_appointment: ({ input }) =>
      world.write('cancel_appointment', ['appointments'], () => {
        const ids: string[] = [input.appointment_id, ...input.with];
        for (const visit of ids.flatMap((id) => scoped(world, visitOf(world, id), input.scope))) {
          if (!NEXT[visit.status].includes('cancelled'))
            throw refusal('bad_transition', { detail: `${visit.status}>cancelled` });
          Object.assign(visit, {
            status: 'cancelled',
            status_since: world.now(),
            cancelled_at: world.now(),
            cancellation_reason: input.reason,
          });
        }
        return null;
      }),
    set_appointment_status: ({ ids, status }) =>
      world.write('set_appointment_status', ['appointments'], () => {
        for (const visit of (ids as string[]).map((id) => visitOf(world, id))) {
          if (!NEXT[visit.status].includes(status))
            throw refusal('bad_transition', { detail: `${visit.status}>${status}` });
          Object.assign(visit, { status, status_since: world.now(), picked_up_at: null });
          if (status === 'in_progress') visit.actual_start_at = world.now();
          if (status === 'completed') visit.actual_end_at = world.now();
        }
        return null;
      }),
    set_picked_up: ({ ids, isPickedUp }) =>
      world.write('set_picked_up', ['appointments'], () => {
        for (const visit of (ids as string[]).map((id) => visitOf(world, id))) {
          if (visit.status !== 'completed') throw refusal('bad_transition', { detail: `${visit.status}>picked_up` });
          visit.picked_up_at = isPickedUp ? world.now() : null;
        }
        return null;
      }),
    swap_choices: ({ id }) => {
      const own = visitOf(world, id);
      const isLike = (other: Visit): boolean =>
        other !== own &&
        dateOf(other.starts_at, world.zone) === dateOf(own.starts_at, world.zone) &&
        ['pending', 'confirmed', 'reminded'].includes(other.status) &&
        other.starts_at > world.now();
      return world.memory.visits.filter(isLike).map((visit) => card(world, visit));
    },
    swap_appointments: ({ first, second }) =>
      world.write('swap_appointments', ['appointments'], () => {
        const [one, other] = [visitOf(world, first), visitOf(world, second)];
        const put = (visit: Visit, { staff_id, starts_at }: Pick<Visit, 'staff_id' | 'starts_at'>): void =>
          void Object.assign(visit, { staff_id, starts_at, ends_at: starts_at + visit.ends_at - visit.starts_at });
        const was = { staff_id: one.staff_id, starts_at: one.starts_at };
        put(one, other);
        put(other, was);
        return null;
      }),
    edit_appointment: ({ input }) =>
      world.write('edit_appointment', ['appointments'], () => {
        const { appointment_id, scope, overruled = [], ...changes } = input;
        const visit = visitOf(world, appointment_id);
        const isKept = visit.is_emergency && changes.is_emergency === false && isForEmergencies(world, visit);
        if (isKept && !overruled.includes('emergency_only')) throw refusal('emergency_only', { field: 'is_emergency' });
        const isOther = changes.service_id !== visit.service_id;
        const was = visit.notes;
        const isOver = (other: Visit): boolean =>
          other !== visit &&
          other.staff_id === visit.staff_id &&
          !GONE.includes(other.status) &&
          other.starts_at < visit.ends_at &&
          other.ends_at > visit.starts_at;
        const isTaken = isOther && world.memory.visits.some(isOver);
        if (isTaken && !overruled.includes('slot_taken')) throw refusal('slot_taken', { field: 'service_id' });
        Object.assign(visit, changes, {
          title: changes.notes.title,
          is_overbooked: isOther ? isTaken : visit.is_overbooked,
        });
        // The others of the series get what was changed, and keep what is their own.
        const changed = Object.entries(visit.notes).filter(([field, text]) => text !== was[field as keyof typeof was]);
        for (const other of scoped(world, visit, scope))
          if (other !== visit) {
            const service_id = isOther ? visit.service_id : other.service_id;
            Object.assign(other, { service_id, notes: { ...other.notes, ...Object.fromEntries(changed) } });
          }
        return null;
      }),
    visits_of_client: ({ clientId, before }) => {
      const own = world.memory.visits
        .filter((visit) => visit.client_id === clientId && (before === null || visit.starts_at < before))
        .sort((a, b) => b.starts_at - a.starts_at);
      return {
        visits: own.slice(0, 25).map((visit) => card(world, visit)),
        next_before: own.length > 25 ? own[24]!.starts_at : null,
      };
    },
  };
}
