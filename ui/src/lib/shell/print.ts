import { askWhereToSave, backend } from '$lib/backend';
import { toastDone, toastRefused } from '$lib/data/saving';
import { language, t } from '$lib/i18n/index.svelte';

/** Asks where the day sheet shall lie, writes it there and opens it, to be printed from there. */
export async function printDaySheet(date: string, staff: string | null): Promise<void> {
  try {
    const path = await askWhereToSave(t('schedule.print'), `${t('schedule.print_file')}-${date}.pdf`, {
      name: 'PDF',
      extensions: ['pdf'],
    });
    if (path === null) return;
    toastDone(t('schedule.printed', { path: await backend.printDaySheet(path, date, staff, language()) }));
  } catch (thrown) {
    toastRefused(thrown);
  }
}
