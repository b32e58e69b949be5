import { askWhereToSave, backend } from '$lib/backend';
import { toastDone, toastRefused } from '$lib/data/saving';
import { t } from '$lib/i18n/index.svelte';

/** Writes the day sheet where the person says. */
export async function printDay(date: string): Promise<void> {
  try {
    const path = await askWhereToSave(t('schedule.print_day'), `${t('schedule.day_sheet')} ${date}.pdf`, {
      name: 'PDF',
      extensions: ['pdf'],
    });
    if (path === null) return;
    await backend.printDaySheet(date, path);
    toastDone(t('schedule.printed', { path }));
  } catch (thrown) {
    toastRefused(thrown);
  }
}
