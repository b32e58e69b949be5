import { backend, type AppState, type Role, type Staff } from '$lib/backend';
import { queryClient } from '$lib/data/live';
import { computerZone } from '$lib/time/zone';

const session = $state<{ app: AppState | null; file: number }>({ app: null, file: 0 });

/** Where the program stands; none before the first answer. */
export const appState = (): AppState | null => session.app;

/** The number of the file that is open, as they come: what is remembered of one is not true of the next. */
export const fileNumber = (): number => session.file;

/** Where a file is open: what was asked stays true until the core says otherwise. */
const OPEN: AppState['phase']['name'][] = ['ready', 'signed_out'];

/** Commands that change where the program stands give the new state: hand it in here. */
export function takeAppState(app: AppState): void {
  session.app = app;
  // The file that is opened next may be another one, of which nothing that was asked is true.
  if (OPEN.includes(app.phase.name)) return;
  session.file += 1;
  queryClient.clear();
}

export async function refreshAppState(): Promise<void> {
  takeAppState(await backend.appState());
}

/** The clinic's zone; before a clinic is open, the computer's. */
export const clinicZone = (): string => session.app?.clinic?.timezone ?? computerZone();
/** The clinic's currency (ISO 4217). */
export const currency = (): string => session.app?.clinic?.currency ?? 'USD';
/** How many decimals its amounts have; by the core, because browsers do not agree. */
export const currencyDigits = (): number => session.app?.clinic?.currency_digits ?? 2;
/** Who is signed in. */
export const currentStaff = (): Staff | null => session.app?.staff ?? null;

/** Whether whoever is signed in may change the clinic's set-up. The core checks every command; this only spares dead ends. */
export function mayManage(): boolean {
  const role: Role | undefined = session.app?.staff?.role;
  return role === 'owner' || role === 'admin';
}

/** Whether whoever is signed in may make owners, change them and set their PINs: only an owner may. */
export const mayManageOwners = (): boolean => session.app?.staff?.role === 'owner';

/** Whether whoever is signed in is to be told that backups open on no other computer: it is an owner who can mend that. */
export const remindsOfRecovery = (): boolean =>
  session.app?.lacks_recovery === true && currentStaff()?.role === 'owner';

/** Whether whoever is signed in may write medical records, a weight being one; as the core's table of rights has it. */
export const mayWriteRecords = (): boolean => (session.app?.staff?.role ?? 'front_desk') !== 'front_desk';
