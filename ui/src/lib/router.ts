// The thin wrapper around sv-router: areas know this file alone.
import { createRouter } from 'sv-router';
import { keepDeskSetting } from '$lib/desk-settings';

export { Router } from 'sv-router';

type Query = Record<string, string | undefined>;

const router = createRouter({
  // The next start begins where this one ends.
  hooks: { afterLoad: keepRoute },
  '/': () => import('$areas/schedule/Schedule.svelte'),
  '/schedule': () => import('$areas/schedule/Schedule.svelte'),
  '/today': () => import('$areas/today/Today.svelte'),
  '/clients': () => import('$areas/clients/route'),
  '/clients/:id': () => import('$areas/client/route'),
  '/pets/:id': () => import('$areas/pet/route'),
  '/waitlist': () => import('$areas/waitlist/route'),
  '/attention': () => import('$areas/attention/route'),
  '/import': () => import('$areas/import/route'),
  '/settings': () => import('$areas/settings/route'),
  '/settings/:section': () => import('$areas/settings/route'),
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

/** Goes to a screen. `replace` leaves no step to come back to (filters, the shown day). */
export function go(path: string, query: Query = {}, options: { replace?: boolean } = {}): void {
  const search = searchOf(query);
  void (router.navigate as (path: string, options: object) => Promise<unknown>)(path, {
    search: search === '' ? undefined : search,
    replace: options.replace,
    scrollToTop: false,
  });
}

export const back = (): void => history.back();

export const route = {
  /** `/clients/123` */
  get path(): string {
    return router.route.pathname.replace(/^\/?#/, '') || '/';
  },
  /** A parameter of the path (`id`, `section`). */
  param(name: 'id' | 'section'): string {
    return router.route.params[name] ?? '';
  },
  /** A parameter of the query, as text. */
  query(name: string): string | null {
    const value = router.route.search[name];
    return value === undefined ? null : String(value);
  },
};

/** Brings back the screen the program was left on. To be called before the router is shown. */
export function restoreRoute(last: string): void {
  const isFresh = location.hash === '' || location.hash === '#/';
  if (!isFresh || !/^(\?[^#]*)?#\//.test(last)) return;
  history.replaceState(null, '', `/${last}`);
}

function keepRoute(): void {
  const here = `${location.search}${location.hash}`;
  if (here.includes('#/')) keepDeskSetting('last_route', here);
}
