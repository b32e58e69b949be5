import { plant } from '$areas/booking/seed.svelte';
import { backend } from '$lib/backend';
import { flushDrafts } from '$lib/data/draft.svelte';
import type { Table } from '$lib/data/live';
import { once } from '$lib/data/once';
import { saying, toastRefused } from '$lib/data/saving';
import { t } from '$lib/i18n/index.svelte';
import { go, route } from '$lib/router.svelte';
import { refreshAppState, takeAppState } from '$lib/session.svelte';

/** A record whose history is shown. */
interface HistoryOf {
  table: Table;
  id: string;
  /** What people call it. */
  name: string;
}

/** What the shell has open over the areas. */
export const overlays = $state<{
  palette: boolean;
  shortcuts: boolean;
  /** A new PIN of who is signed in. */
  pin: boolean;
  /** A code that lets one more desk in. */
  code: boolean;
  history: HistoryOf | null;
}>({ palette: false, shortcuts: false, pin: false, code: false, history: null });

interface Ahead {
  text: string;
  /** Enter was pressed after it. */
  isEntered: boolean;
}

const nothingAhead = (): Ahead => ({ text: '', isEntered: false });
let ahead = nothingAhead();

/**
 * What is typed after the palette's key, before the palette has the focus, is meant for it: the letters are no shortcuts then, and Enter
 * presses nothing that lies below.
 */
export function typeAhead(event: KeyboardEvent): void {
  const isText = event.key.length === 1 || event.key === 'Enter';
  if (!isText || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!overlays.palette || document.activeElement?.closest('[role="dialog"]')) return;
  event.preventDefault();
  event.stopPropagation();
  if (event.key === 'Enter') ahead.isEntered = true;
  else if (!ahead.isEntered) ahead.text += event.key;
}

/** What was typed for the palette until now, once. */
export function takeAhead(): Ahead {
  const typed = ahead;
  ahead = nothingAhead();
  return typed;
}

export function togglePalette(): void {
  takeAhead();
  overlays.palette = !overlays.palette;
}

/** Shows what happened to a record. */
export const showHistory = (table: Table, id: string, name: string): void =>
  void (overlays.history = { table, id, name });

/** Opens the booking panel beside the schedule, for a client, somebody who waits or a time where they are known. */
export function newBooking(about: { client?: string; pet?: string; wish?: string; date?: string } = {}): void {
  const onSchedule = route.path === '/schedule' || route.path === '/';
  go('/schedule', {
    view: (onSchedule && route.query('view')) || undefined,
    date: about.date ?? ((onSchedule && route.query('date')) || undefined),
    staff: (onSchedule && route.query('staff')) || undefined,
    book: 'new',
    client: about.client,
    pet: about.pet,
    wish: about.wish,
  });
}

/** Opens it for who stands at the desk. */
export function walkIn(): void {
  plant({ isWalkIn: true });
  newBooking();
}

export const newClient = (): void => go('/clients', { new: '1' });
export const focusSearch = (): void => document.getElementById('global-search')?.focus();

/** How long a lock waits for what is being typed. */
const LOCK_WAIT = 1000;

/** Locks the desk. Nothing more can be kept after it, so what is being typed is kept first: but nothing holds a lock up for long. */
export async function lockDesk(): Promise<void> {
  await Promise.race([flushDrafts(), new Promise((resolve) => setTimeout(resolve, LOCK_WAIT))]);
  await backend.lock().then(takeAppState).catch(toastRefused);
}

/** Makes a backup, and says so as long as it takes. */
export const backUp = once(() =>
  saying(t('shell.backing_up'), t('shell.backup_done'), () => backend.backupNow(), refreshAppState),
);
