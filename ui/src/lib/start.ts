import { backend, onAppStateChanged, onChanged, type AppState } from '$lib/backend';
import { watchChanges } from '$lib/data/live';
import { deskSetting } from '$lib/desk-settings';
import { systemLanguage, useLanguage } from '$lib/i18n/index.svelte';
import { restoreRoute } from '$lib/router.svelte';
import { appState, refreshAppState, takeAppState } from '$lib/session.svelte';
import { refreshSyncState, watchSync } from '$lib/sync/state.svelte';
import { startTheme } from '$lib/theme.svelte';
import { startClock } from '$lib/time/clock.svelte';
import { startZoom } from '$lib/zoom.svelte';

/** What the shell shows of the clinic and of who is signed in comes with the program's state. */
const SHOWN_BY_SHELL = ['clinics', 'staff', 'settings'];

/** Everything that must be there before the first screen. Where the file takes long to open, `onslow` may say so meanwhile. */
export async function start(onslow: () => void): Promise<void> {
  await Promise.all([refreshAppState(), startTheme(), startZoom()]);
  if (isOpening()) {
    await startLanguage();
    onslow();
    // The answer is held back for a while each time.
    while (isOpening()) await refreshAppState();
  }
  await takeUpFile();
  startClock();
  watchChanges();
  watchSync();
  onAppStateChanged(() => void takeTold());
  onChanged((tables) => {
    if (SHOWN_BY_SHELL.some((table) => tables.includes(table))) void refreshAppState().then(() => startLanguage());
  });
}

/**
 * Takes up what the file that is open brings with it: the clinic's region, how the desk stands to its hub, and the screen the desk was left on,
 * which is kept in the file.
 */
async function takeUpFile(app = appState()): Promise<void> {
  const [lastRoute, lastDay] = await Promise.all([
    deskSetting('last_route', ''),
    deskSetting('last_route_on', ''),
    startLanguage(app),
    refreshSyncState(),
  ]);
  restoreRoute(lastRoute, lastDay);
}

/**
 * Hand in here what a command gives that opened a file, or let go of one: it is shown once everything is there that it brings. The state is asked
 * anew then: the core tells of a newer one at any time, also before the command has answered.
 */
export async function takeOpened(app: AppState): Promise<void> {
  await takeUpFile(app);
  await refreshAppState();
}

/** The program stands elsewhere: of a file that was closed before, what it brings comes first. Nothing else waits for that, a lock least of all. */
async function takeTold(): Promise<void> {
  const app = await backend.appState();
  if (isOpen(app) && !isOpen(appState())) return takeOpened(app);
  takeAppState(app);
  await takeUpFile();
}

const isOpen = (app: AppState | null): boolean => app?.phase.name === 'ready' || app?.phase.name === 'signed_out';

const isOpening = (): boolean => appState()?.phase.name === 'opening';

/** Takes up the desk's language in the clinic's region. To be called again when either changes. */
export async function startLanguage(app = appState()): Promise<void> {
  const chosen = await deskSetting('language', 'system');
  const region = regionOf(app?.clinic?.locale ?? navigator.language);
  await useLanguage(chosen === 'system' ? systemLanguage() : chosen, region);
}

/** The region of a locale; none where it names none, or is no locale at all (a computer set to `C` says `c`). */
function regionOf(locale: string): string | null {
  try {
    return new Intl.Locale(locale).region ?? null;
  } catch {
    return null;
  }
}
