import type { AppState, ImportPlan, ImportPreview, LeftVisits, WeeklyHours } from '../../src/lib/backend/bindings';
import { dateOf, weekday } from '../../src/lib/time/zone';
import { GOOD_PASSPHRASE, newId, type Visit } from './clinic';
import { pageBefore } from './hub';
import { card } from './schedule';
import { refusal, type Handlers, type World } from './world';

/** Where a file is open. */
const IS_OPEN: AppState['phase']['name'][] = ['ready', 'signed_out', 'revoked'];

function mustBeLong(passphrase: string): void {
  if (passphrase.length < 12) throw refusal('too_short', { field: 'passphrase', limit: 12 });
}

/** Whoever has visits, and what visits are of, stays. */
function mustHaveNoVisits(field: string, visits: Visit[]): void {
  if (visits.length > 0) throw refusal('in_use', { field, detail: 'appointments', limit: visits.length });
}

export function appHandlers(world: World): Handlers {
  const to = (change: Partial<AppState>): AppState => Object.assign(world.memory.app, change);
  const replace = <T extends { id: string }>(list: T[], id: string, input: object): null => {
    const found = list.find((item) => item.id === id);
    if (!found) throw refusal('not_found');
    Object.assign(found, input);
    return null;
  };
  const isToCome =
    (staffId: string) =>
    ({ staff_id, starts_at, status }: Visit): boolean =>
      staff_id === staffId && starts_at > world.now() && ['pending', 'confirmed', 'reminded'].includes(status);
  const leftOf = (visits: Visit[]): LeftVisits => ({
    visits: visits.slice(0, 50).map((visit) => card(world, visit)),
    visit_count: visits.length,
  });
  const work = async (steps: number): Promise<void> => {
    for (let step = 1; step <= steps; step++) {
      await new Promise((resolve) => setTimeout(resolve, 60));
      world.progress(step, steps);
      await world.goesOn();
    }
  };
  let isOpeningTold = false;
  return {
    app_state: () => {
      // The core holds an answer back that is no news; here there is never any.
      if (world.memory.app.phase.name === 'opening' && isOpeningTold) return new Promise<AppState>(() => undefined);
      isOpeningTold = true;
      return world.memory.app;
    },
    touch: () => null,
    window_ready: () => null,
    create_clinic: ({ input }) => {
      if (input.currency.length !== 3) throw refusal('invalid', { field: 'currency', detail: input.currency });
      return to({
        clinic: Object.assign(world.memory.clinic, {
          name: input.name,
          timezone: input.timezone,
          locale: input.locale,
          currency: input.currency,
        }),
        phase: { name: 'ready' },
        staff: world.memory.staff[0]!,
        key_store: input.key_store,
      });
    },
    create_demo_clinic: async () => (
      await work(8),
      to({ clinic: world.memory.clinic, phase: { name: 'ready' }, staff: world.memory.staff[0]!, is_demo: true })
    ),
    unlock_with_passphrase: ({ passphrase }) => {
      if (![GOOD_PASSPHRASE, world.memory.recovery].includes(passphrase))
        throw refusal('wrong_key', { field: 'passphrase' });
      return to({ clinic: world.memory.clinic, phase: { name: 'signed_out' } });
    },
    retry_open: () => world.memory.app,
    list_backups: () =>
      [1, 2, 26, 400 * 24].map((hours) => ({
        path: `/backups/clinic-${hours}.petrel`,
        made_at: world.now() - hours * 3_600_000,
        size_kib: 48_200 - hours,
        is_verified: true,
      })),
    restore_backup: () => to({ clinic: world.memory.clinic, phase: { name: 'signed_out' } }),
    backup_now: () => {
      to({ last_backup_at: world.now(), backup_problem: null });
      return { path: '/backups/clinic-now.petrel', made_at: world.now(), size_kib: 48_210, is_verified: true };
    },
    set_aside_file: () => to({ clinic: null, phase: { name: 'first_run' } }),
    dismiss_recovered: () => to({ recovered: null }),
    leave_clinic: () =>
      to({ clinic: null, staff: null, key_store: null, is_demo: false, phase: { name: 'first_run' } }),
    set_recovery_passphrase: ({ passphrase }) => {
      mustBeLong(passphrase);
      world.memory.recovery = passphrase;
      return to({ has_recovery: true, lacks_recovery: false });
    },
    keep_key: ({ store, passphrase }) => {
      if (store === 'passphrase') mustBeLong(passphrase);
      return to({ key_store: store });
    },
    reset_pin: ({ staffId, passphrase, pin }) => {
      if (pin.length < 4) throw refusal('too_short', { field: 'pin', limit: 4 });
      if (passphrase !== (world.memory.recovery ?? GOOD_PASSPHRASE)) {
        const limit = 5 - ++world.memory.wrongPassphrases;
        const until = limit > 0 ? null : world.now() + 30_000;
        throw refusal('wrong_key', { field: 'passphrase', limit, until });
      }
      world.memory.pins[staffId] = pin;
      return world.memory.app;
    },
    set_second_folder: ({ folder }) =>
      to({
        second_folder: folder && {
          folder: `${folder}/petrel-backups`,
          last_copy_at: world.memory.app.last_backup_at,
          problem: null,
        },
      }),
    sign_in_choices: () =>
      world.memory.staff
        .filter(({ is_active }) => is_active)
        .map(({ id, first_name, last_name, role, color, has_pin }) => ({
          id,
          first_name,
          last_name,
          role,
          color,
          has_pin,
          locked_until: null,
        })),
    sign_in: ({ staffId, pin }) => {
      const person = world.memory.staff.find(({ id }) => id === staffId)!;
      if (person.has_pin && pin !== world.memory.pins[staffId]) throw refusal('wrong_pin', { field: 'pin', limit: 4 });
      return to({ phase: { name: 'ready' }, staff: person });
    },
    lock: () => to({ phase: { name: 'signed_out' }, staff: null }),
    system_timezone: () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    timezones: () => Intl.supportedValuesOf('timeZone'),
    detect_keychain: () => true,
    // Kept in the clinic's file, but for how the desk looks.
    desk_setting: ({ key }) =>
      ['language', 'theme', 'zoom'].includes(key) || IS_OPEN.includes(world.memory.app.phase.name)
        ? (world.memory.desk[key] ?? null)
        : null,
    set_desk_setting: ({ key, value }) => {
      world.memory.desk[key] = value;
      if (key === 'recovery_dismissed') to({ lacks_recovery: false });
      if (key === 'auto_lock_minutes') to({ auto_lock_minutes: Number(value) });
      return null;
    },
    draft: ({ key }) => world.memory.drafts[key] ?? null,
    set_draft: ({ key, value }) => {
      if (value === null) delete world.memory.drafts[key];
      else world.memory.drafts[key] = value;
      return null;
    },
    undo: ({ actionId }) => world.undo(actionId),
    undo_offer: () => world.undoOffer(),
    clinic: () => world.memory.clinic,
    save_clinic: ({ input }) =>
      world.write('save_clinic', ['clinics'], ({ clinic, app }) => {
        if (!input.name.trim()) throw refusal('required', { field: 'name' });
        Object.assign(clinic, input);
        app.clinic = clinic;
        return null;
      }),
    staff: () => world.memory.staff,
    make_derived_anew: () => {
      world.changed(['appointments', 'clients', 'pets']);
      return null;
    },
    what_was_done: ({ staffId, before }) => {
      const person = world.memory.staff.find(({ id }) => id === staffId);
      const name = person && `${person.first_name} ${person.last_name}`;
      return pageBefore(
        world.done.filter(({ staff_name }) => !person || staff_name === name),
        before,
      );
    },
    create_staff: ({ input }) =>
      world.write('create_staff', ['staff'], ({ staff }) => {
        if (!input.first_name.trim()) throw refusal('required', { field: 'first_name' });
        const id = newId();
        staff.push({ ...input, id, has_pin: false });
        return id;
      }),
    save_staff: ({ id, input }) =>
      world.write('save_staff', ['staff'], (memory) => {
        replace(memory.staff, id, input);
        const isLeft = !(input.is_active && input.is_bookable);
        return leftOf(isLeft ? memory.visits.filter(isToCome(id)) : []);
      }),
    delete_staff: ({ id }) =>
      world.write('delete_staff', ['staff'], (memory) => {
        mustHaveNoVisits(
          'staff',
          memory.visits.filter(({ staff_id }) => staff_id === id),
        );
        memory.staff = memory.staff.filter((person) => person.id !== id);
        return null;
      }),
    set_pin: ({ staffId, pin, currentPin }) =>
      world.write('set_pin', ['staff'], ({ app, staff, pins }) => {
        if (app.staff?.id === staffId && pins[staffId] && pins[staffId] !== currentPin)
          throw refusal('wrong_pin', { field: 'current_pin', limit: 4 });
        if (pin) pins[staffId] = pin;
        return replace(staff, staffId, { has_pin: !!pin });
      }),
    services: () => world.memory.services,
    create_service: ({ input }) =>
      world.write('create_service', ['services'], ({ services }) => {
        if (!input.name.trim()) throw refusal('required', { field: 'name' });
        const id = newId();
        services.push({ ...input, id });
        return id;
      }),
    save_service: ({ id, input }) =>
      world.write('save_service', ['services'], ({ services }) => replace(services, id, input)),
    delete_service: ({ id }) =>
      world.write('delete_service', ['services'], (memory) => {
        mustHaveNoVisits(
          'services',
          memory.visits.filter(({ service_id }) => service_id === id),
        );
        memory.services = memory.services.filter((service) => service.id !== id);
        return null;
      }),
    weekly_hours: () => world.memory.hours,
    save_weekly_hours: ({ staffId, hours }) =>
      world.write('save_weekly_hours', ['staff_schedules'], (memory) => {
        const daysOf = (): Set<number> =>
          new Set(memory.hours.filter(({ staff_id }) => staff_id === staffId).map((line) => line.day_of_week));
        const before = daysOf();
        memory.hours = [
          ...memory.hours.filter(({ staff_id }) => staff_id !== staffId),
          ...hours.map((line: WeeklyHours) => ({ ...line, id: newId() })),
        ];
        const after = daysOf();
        // The core asks its engine; here a day that is closed now is enough.
        const isClosed = ({ starts_at }: Visit): boolean => {
          const day = weekday(dateOf(starts_at, world.zone));
          return before.has(day) && !after.has(day);
        };
        return leftOf(memory.visits.filter(isToCome(staffId)).filter(isClosed));
      }),
    schedule_overrides: ({ from, to: last }) =>
      world.memory.overrides.filter(({ on_date, recurrence }) => recurrence || (on_date >= from && on_date <= last)),
    save_override: ({ input, isForAll }) =>
      world.write('save_override', ['schedule_overrides'], (memory) => {
        const staff = isForAll
          ? memory.staff.filter(({ is_active }) => is_active).map(({ id }) => id)
          : [input.staff_id];
        const made = staff.map((staff_id) => ({ ...input, staff_id, id: input.id ?? newId() }));
        memory.overrides = [...memory.overrides.filter(({ id }) => id !== input.id), ...made];
        const until = /^FREQ=DAILY;UNTIL=(\d{4})(\d{2})(\d{2})$/.exec(input.recurrence ?? '');
        const last = until ? `${until[1]}-${until[2]}-${until[3]}` : input.on_date;
        const isInTheWay = ({ staff_id, starts_at, status }: Visit): boolean =>
          staff.includes(staff_id ?? '') &&
          starts_at > world.now() &&
          ['pending', 'confirmed', 'reminded'].includes(status) &&
          dateOf(starts_at, world.zone) >= input.on_date &&
          dateOf(starts_at, world.zone) <= last;
        const visits = input.kind === 'unavailable' ? memory.visits.filter(isInTheWay) : [];
        const cards = visits.slice(0, 50).map((visit) => card(world, visit));
        return { ids: made.map(({ id }) => id), visits: cards, visit_count: visits.length };
      }),
    delete_override: ({ id }) =>
      world.write(
        'delete_override',
        ['schedule_overrides'],
        (memory) => ((memory.overrides = memory.overrides.filter((over) => over.id !== id)), leftOf([])),
      ),
    preview_import: ({ path, plan }): ImportPreview => {
      const guess: ImportPlan = {
        path,
        encoding: 'utf-8',
        delimiter: ';',
        columns: ['first_name', 'last_name', 'phone', 'email', 'pet_name', 'species', 'born_on', 'custom'],
        date_order: 'day_month_year',
        weight_unit: 'kilograms',
        on_duplicate: 'fill_in',
      };
      const { encoding, delimiter, on_duplicate } = plan ?? guess;
      return {
        plan: plan && plan.columns.length > 0 ? plan : { ...guess, encoding, delimiter, on_duplicate },
        headers: ['Nombre', 'Apellidos', 'Teléfono', 'Email', 'Mascota', 'Especie', 'Nacimiento', 'Seguro'],
        sample: [
          ['Ana', 'García', '611 22 33 44', 'ana@mail.example', 'Luna', 'Perro', '03/04/2019', 'Mapfre'],
          ['Luis', 'Ortega', '699 88 77 66', '', 'Milo', 'Gato', '12/11/2021', ''],
        ],
        rows: 1240,
        new_clients: 1180,
        new_pets: 1502,
        duplicates: 41,
        duplicate_sample: [{ line: 12, name: 'Ana García', existing_name: 'Ana García', reason: 'phone' }],
        bad_rows: 19,
        bad_sample: [
          { line: 88, reason: 'bad_date', column: 'Nacimiento', cell: '31/02/2020' },
          { line: 91, reason: 'missing_name', column: null, cell: null },
        ],
        ambiguous_dates: 214,
        undated_deaths: 3,
        nameless_pets: 0,
      };
    },
    run_import: async () => {
      await work(10);
      const saved = world.write('run_import', ['clients', 'pets'], () => null);
      return {
        clients: 1180,
        pets: 1502,
        updated: 41,
        skipped: 0,
        bad_rows: 19,
        bad_rows_file: '/home/desk/import-bad-rows.csv',
        undo: saved.undo,
      };
    },
    export_all: async ({ path }) => (await work(6), { path, rows: 18_230, tables: 44 }),
  };
}
