// Queries that more than one area asks.
import { createQuery, keepPreviousData } from '@tanstack/svelte-query';
import { backend } from '$lib/backend';
import { currentStaff } from '$lib/session.svelte';
import { live, type Table } from './live';

/** What the core looks at when it is asked for free times. Of the clinic it is the zone, in which a day begins and hours are read. */
export const FREE_TIMES: Table[] = [
  'appointments',
  'clinics',
  'staff',
  'staff_schedules',
  'schedule_overrides',
  'services',
];
export const staffQuery = () => createQuery(() => live(['staff'], ['staff'], () => backend.staff()));
export const servicesQuery = () => createQuery(() => live(['services'], ['services'], () => backend.services()));
/** The last day that the core takes: what could be entered can be seen, changed and removed, too. */
const LAST_DAY = '2199-12-31';
/** Exceptions that are still to come, the repeated ones with them. */
export const overridesQuery = (today: () => string) =>
  createQuery(() =>
    live(['schedule_overrides'], ['overrides', today()], () => backend.scheduleOverrides(today(), LAST_DAY)),
  );
/** A visit with all that is to be known of it, as it is kept now. */
export const liveVisit = (id: string) =>
  live(['appointments', 'clients', 'pets', 'medical_records', 'appointment_form_answers'], ['visit', id], () =>
    backend.appointment(id),
  );
/** A visit that was left open, an approval that is due, and the end of a day that somebody waits for, come of time alone: no table changes then. */
export const ATTENTION_AGAIN = 3 * 60_000;
export const attentionQuery = () =>
  createQuery(() => ({
    ...live(['appointments', 'clients', 'pets', 'messages', 'settings'], ['attention'], () => backend.needsAttention()),
    refetchInterval: ATTENTION_AGAIN,
  }));
/**
 * Clients and pets found for a text while it is typed. Until its answer is there, the one before it stays: `text` says what it is the
 * answer to.
 */
export const searchQuery = (typed: () => string, limit: number, isAsked: () => boolean = () => true) =>
  createQuery(() => {
    const text = typed().trim();
    return {
      ...live(['clients', 'pets'], ['search', text, limit], async () => ({
        text,
        hits: await backend.search(text, limit),
      })),
      enabled: text !== '' && isAsked(),
      placeholderData: keepPreviousData,
    };
  });
export const waitlistQuery = () =>
  createQuery(() => ({
    ...live(['waitlist_entries', 'clients', 'pets'], ['waitlist'], () => backend.waitlist()),
    refetchInterval: ATTENTION_AGAIN,
  }));
/** What the hub can never take and nobody has settled. */
export const rejectedQuery = () =>
  createQuery(() => live(['rejected_changes'], ['rejected'], () => backend.rejectedChanges()));
/** Tables that differed from the hub's and were set right, for whoever runs the clinic to know. */
export const repairedQuery = () =>
  createQuery(() => live(['repaired'], ['repaired', currentStaff()?.id], () => backend.repairedTables()));
/** What stands beside a text that lost is what the record says now. */
const LOST: Table[] = [
  'lost_values',
  'appointments',
  'clients',
  'clinics',
  'medical_records',
  'pets',
  'services',
  'staff',
  'waitlist_entries',
];
/** Texts that lost to another desk's and nobody has settled: those that are for whoever is signed in to settle. */
export const lostQuery = () => createQuery(() => live(LOST, ['lost', currentStaff()?.id], () => backend.lostValues()));
