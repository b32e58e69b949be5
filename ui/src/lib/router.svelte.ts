// The thin wrapper around sv-router: areas know this file alone.
import { createRouter, searchParams } from 'sv-router';
import { keepDeskSetting } from '$lib/desk-settings';
import { laterTexts } from '$lib/i18n/index.svelte';
import { computerZone, dateOf } from '$lib/time/zone';

export { Router } from 'sv-router';

type Query = Record<string, string | undefined>;

/** The screens of the day, whose words come with the shell. */
const FIRST = ['/', '/schedule', '/today'];

/** The screen that is on its way, by whatever means: its code takes a moment to come. */
let heading: string | null = null;

/** The whole address as the screen that is shown has it; another one while the browser goes back or on. */
let shown: string | null = null;

/** What the screen has not written into its address yet. */
let owed: { path: string; query: () => Query; drop: () => void } | null = null;

const router = createRouter({
  // A screen is shown when its words are there (the day's have been since the start); the next start begins where this one ends.
  hooks: {
    beforeLoad: ({ pathname }) => {
      heading = pathname;
      pay();
      return FIRST.includes(pathname) ? undefined : laterTexts();
    },
    afterLoad: () => {
      heading = null;
      shown = location.href;
      keepRoute();
    },
    onError: () => void (heading = null),
  },
  '/': () => import('$areas/schedule/Schedule.svelte'),
  '/schedule': () => import('$areas/schedule/Schedule.svelte'),
  '/today': () => import('$areas/today/Today.svelte'),
  '/clients': () => import('$areas/clients/Clients.svelte'),
  '/clients/:id': () => import('$areas/client/Client.svelte'),
  '/pets/:id': () => import('$areas/pet/Pet.svelte'),
  '/waitlist': () => import('$areas/waitlist/Waitlist.svelte'),
  '/attention': () => import('$areas/attention/Attention.svelte'),
  '/import': () => import('$areas/import/Import.svelte'),
  '/settings': () => import('$areas/settings/Settings.svelte'),
  '/settings/:section': () => import('$areas/settings/Settings.svelte'),
  '*': () => import('$lib/shell/NotFound.svelte'),
});

function searchOf(query: Query): string {
  const pairs = Object.entries(query).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '',
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`;
}

/** The address of a screen, for links: `href('/clients/123')`. */
export const href = (path: string, query: Query = {}): string => `/${searchOf(query)}#${path}`;

/** What was last asked for and is not there yet: who changes one part of the address meanwhile builds on it. */
let asked = $state.raw<{ path: string; query: Query } | null>(null);

const isHere = (path: string): boolean => path === route.path || (route.path === '/' && path === '/schedule');

/** Goes to a screen. `replace` leaves no step to come back to (filters, the shown day). */
export function go(path: string, query: Query = {}, options: { replace?: boolean } = {}): void {
  // A filter of a screen that is being left does not call the person back: it is there when they come back.
  if (options.replace && heading !== null && heading !== path && isHere(path)) return leaveBehind(path, query);
  const search = searchOf(query);
  const mine = { path, query };
  asked = mine;
  const way = (router.navigate as (path: string, options: object) => Promise<unknown>)(path, {
    search: search === '' ? undefined : search,
    replace: options.replace,
    scrollToTop: false,
  });
  // A way that another one overtook ends with an error of the router's own making.
  void way
    .catch(() => undefined)
    .finally(() => {
      if (asked === mine) asked = null;
    });
}

/** Writes into the address of a screen that is being left. Where the browser went back or on, that address is out of reach already. */
function leaveBehind(path: string, query: Query): void {
  if (location.href !== shown) return;
  history.replaceState(history.state, '', href(path, query));
  shown = location.href;
}

/** Writes what is owed, before another address takes the place of this one. */
function pay(): void {
  if (owed === null || location.href !== shown) return;
  const { path, query, drop } = owed;
  drop();
  leaveBehind(path, query());
}

/**
 * Goes to the same screen with what is being typed: a moment after the last letter, or at once when a link leads on to another screen. Who
 * goes back within that moment leaves it unwritten: that address is out of reach by then. No step to come back to. Gives what calls it off.
 */
export function goSoon(path: string, query: () => Query): () => void {
  const drop = (): void => {
    clearTimeout(timer);
    if (owed === mine) owed = null;
  };
  const mine = { path, query, drop };
  const timer = setTimeout(() => {
    drop();
    go(path, query(), { replace: true });
  }, 300);
  owed = mine;
  return drop;
}

export const back = (): void => history.back();

export const route = {
  /** `/clients/123` */
  get path(): string {
    return router.route.pathname.replace(/^\/?#/, '') || '/';
  },
  /** All of it, as it stands there. */
  get address(): string {
    return `${router.route.pathname}?${searchParams}`;
  },
  /** A parameter of the path (`id`, `section`). */
  param(name: 'id' | 'section'): string {
    return router.route.params[name] ?? '';
  },
  /** A parameter of the query, as text: of a change that is on its way at once. */
  query(name: string): string | null {
    if (asked && isHere(asked.path)) return asked.query[name] || null;
    // As it stands there: the router makes numbers of what looks like one, and a phone loses its zero.
    return searchParams.toURLSearchParams().get(name);
  },
};

const today = (): string => dateOf(Date.now(), computerZone());

/**
 * Brings back the screen the program was left on, where none was shown yet. `on` is the day on which it was left: the date that a
 * schedule was turned to is past with it, so that nobody takes another day for today in the morning.
 */
export function restoreRoute(last: string, on: string): void {
  const isFresh = shown === null && heading === null && (location.hash === '' || location.hash === '#/');
  if (!isFresh || !/^(\?[^#]*)?#\//.test(last)) return;
  history.replaceState(null, '', `/${on === today() ? last : withoutDate(last)}`);
}

function withoutDate(route: string): string {
  const [search = '', hash = ''] = route.split('#');
  const query = new URLSearchParams(search);
  query.delete('date');
  return `${query.size === 0 ? '' : `?${query}`}#${hash}`;
}

let keptOn = '';
let isKeeping = false;

/** Keeps where the desk is, once the screen is drawn: it is a question to the core, and whoever leafs through days waits for none. */
function keepRoute(): void {
  if (isKeeping) return;
  isKeeping = true;
  requestAnimationFrame(() =>
    setTimeout(() => {
      isKeeping = false;
      keepAddress();
    }),
  );
}

function keepAddress(): void {
  const here = `${location.search}${location.hash}`;
  if (!here.includes('#/')) return;
  keepDeskSetting('last_route', here);
  if (keptOn === today()) return;
  keptOn = today();
  keepDeskSetting('last_route_on', keptOn);
}
