// What the schedule shows, as it stands in the address: back and restart bring it back.
import { go, route } from '$lib/router.svelte';
import { addDays, addMonths, isDate } from '$lib/time/zone';

export type View = 'day' | 'week' | 'month';

export interface Address {
  view: View;
  date: string;
  /** Whose visits: a colleague, everybody (`all`), or as it comes (none). */
  staff: string | null;
  visit: string | null;
  isBooking: boolean;
  client: string | null;
  pet: string | null;
  /** The entry of the waitlist that is booked for. */
  wish: string | null;
}

export function readAddress(today: string): Address {
  const view = route.query('view');
  const date = route.query('date');
  return {
    view: view === 'week' || view === 'month' ? view : 'day',
    date: date && isDate(date) ? date : today,
    staff: route.query('staff'),
    visit: route.query('visit'),
    isBooking: route.query('book') !== null,
    client: route.query('client'),
    pet: route.query('pet'),
    wish: route.query('wish'),
  };
}

/** Goes on from an address with some things changed. Today is not written down: tomorrow it is another day. */
export function show(address: Address, change: Partial<Address>, today: string, replace = false): void {
  const next = { ...address, ...change };
  go(
    '/schedule',
    {
      view: next.view === 'day' ? undefined : next.view,
      date: next.date === today ? undefined : next.date,
      staff: next.staff ?? undefined,
      visit: next.visit ?? undefined,
      book: next.isBooking ? 'new' : undefined,
      client: next.client ?? undefined,
      pet: next.pet ?? undefined,
      wish: next.wish ?? undefined,
    },
    { replace },
  );
}

/** The date one step on or back in a view. */
export function step(view: View, date: string, by: number): string {
  if (view === 'month') return addMonths(date, by);
  return addDays(date, view === 'week' ? by * 7 : by);
}
