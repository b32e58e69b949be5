import { onChanged } from '$lib/backend';
import { watchChanges } from '$lib/data/live';
import { deskSetting } from '$lib/desk-settings';
import { systemLanguage, useLanguage } from '$lib/i18n/index.svelte';
import { restoreRoute } from '$lib/router.svelte';
import { appState, refreshAppState, watchAppState } from '$lib/session.svelte';
import { refreshSyncState, watchSync } from '$lib/sync/state.svelte';
import { startTheme } from '$lib/theme.svelte';
import { startClock } from '$lib/time/clock.svelte';

/** What the shell shows of the clinic and of who is signed in comes with the program's state. */
const SHOWN_BY_SHELL = ['clinics', 'staff', 'settings'];

/** Everything that must be there before the first screen. Where the file takes long to open, `onslow` may say so meanwhile. */
export async function start(onslow: () => void): Promise<void> {
  await Promise.all([refreshAppState(), startTheme()]);
  if (isOpening()) {
    await startLanguage();
    onslow();
    // The answer is held back for a while each time.
    while (isOpening()) await refreshAppState();
  }
  const [lastRoute, lastDay] = await Promise.all([
    deskSetting('last_route', ''),
    deskSetting('last_route_on', ''),
    startLanguage(),
    refreshSyncState(),
  ]);
  restoreRoute(lastRoute, lastDay);
  startClock();
  watchChanges();
  watchAppState();
  watchSync();
  onChanged((tables) => {
    if (SHOWN_BY_SHELL.some((table) => tables.includes(table))) void refreshAppState().then(startLanguage);
  });
}

const isOpening = (): boolean => appState()?.phase.name === 'opening';

/** Takes up the desk's language in the clinic's region. To be called again when either changes. */
export async function startLanguage(): Promise<void> {
  const chosen = await deskSetting('language', 'system');
  const region = regionOf(appState()?.clinic?.locale ?? navigator.language);
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
