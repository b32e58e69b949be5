import { backend, type HistoryEntry, type Seq } from '$lib/backend';
import { livePages, type Table } from '$lib/data/live';
import { t } from '$lib/i18n/index.svelte';
import { actionLabel } from '$lib/records/words';

/** Who tells what happened: the hub of all desks, or this desk of what was done at it. */
export type Teller = 'hub' | 'desk';

/** A query for what happened to a record, page by page, the newest first. Others keep it, so nothing of it is kept here. */
export const historyOf = (table: Table, id: string, teller: Teller) => {
  const ask = teller === 'hub' ? backend.recordHistory : backend.recordHistoryHere;
  const pages = livePages([table, 'hub'], ['history', teller, id], (before: Seq | null) => ask(table, id, before));
  return { ...pages, gcTime: 0 };
};

/** What happened, in a word or two. */
export function whatOf(entry: HistoryEntry): string {
  if (entry.is_by_hub) {
    const isRevived = entry.values.some(({ column }) => column === 'deleted_at');
    return isRevived ? t('history.revived') : t('history.judged');
  }
  const action = actionLabel(entry.action);
  if (action !== '') return action;
  if (entry.is_deletion) return t('history.deleted');
  return entry.is_first ? t('history.made') : t('history.changed');
}

/** Who did it, and at which desk where that is known. */
export function authorOf(entry: HistoryEntry): string {
  if (entry.is_by_hub) return t('history.by_hub');
  const who = entry.staff_name ?? t('record.program');
  return entry.device_name === null ? who : t('history.by', { who, desk: entry.device_name });
}
