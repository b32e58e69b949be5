import { QueryClient } from '@tanstack/svelte-query';
import { onChanged } from '$lib/backend';

/**
 * Tables of the device's schema that a live query can be over. `hub`, `lost_values`, `rejected_changes` and `repaired` are none of the clinic's:
 * the state of replication asks them again.
 */
export type Table =
  | 'appointments'
  | 'appointment_form_answers'
  | 'clients'
  | 'client_stats'
  | 'client_tags'
  | 'clinics'
  | 'daily_stats'
  | 'hub'
  | 'lost_values'
  | 'medical_records'
  | 'messages'
  | 'pets'
  | 'rejected_changes'
  | 'repaired'
  | 'schedule_overrides'
  | 'services'
  | 'settings'
  | 'staff'
  | 'staff_schedules'
  | 'waitlist_entries';

export const queryClient = new QueryClient({
  defaultOptions: {
    // Everything is on this computer: there is no network to wait for and nothing grows old without a word from the core.
    queries: {
      networkMode: 'always',
      staleTime: Infinity,
      gcTime: 5 * 60_000,
      retry: false,
      refetchOnWindowFocus: false,
    },
    mutations: { networkMode: 'always', retry: false },
  },
});

/**
 * A live query: asked again when one of its tables changes.
 * `createQuery(() => live(['appointments'], ['schedule', from], () => backend.scheduleRange(from, 1)))`
 */
export function live<T>(tables: Table[], name: readonly unknown[], ask: () => Promise<T>) {
  return { queryKey: [tables, ...name] as const, queryFn: ask };
}

/** A live query whose answer comes page by page, each asked for with what the one before it says is next. */
export function livePages<T extends { next_before: P | null }, P>(
  tables: Table[],
  name: readonly unknown[],
  ask: (before: P | null) => Promise<T>,
) {
  return {
    queryKey: [tables, ...name] as const,
    queryFn: ({ pageParam }: { pageParam: P | null }) => ask(pageParam),
    initialPageParam: null as P | null,
    getNextPageParam: (last: T) => last.next_before,
  };
}

/** Asks again whatever is over one of these tables. */
export function invalidate(tables: readonly string[]): void {
  const changed = new Set(tables);
  void queryClient.invalidateQueries({
    predicate: ({ queryKey: [over] }) => Array.isArray(over) && over.some((table) => changed.has(table as string)),
  });
}

/** Follows the core's word of what changed. */
export const watchChanges = (): (() => void) => onChanged(invalidate);
