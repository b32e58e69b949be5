import {
  backend,
  onProgress,
  refusalOf,
  type ImportPlan,
  type ImportPreview,
  type ImportReport,
  type Progress,
} from '$lib/backend';
import { invalidate } from '$lib/data/live';
import { t } from '$lib/i18n/index.svelte';
import { refusalText } from '$lib/i18n/refusals';
import { currentStaff, fileNumber } from '$lib/session.svelte';
import { badRowWords } from './plan';

/** An import, from the file that is chosen to the report. It goes on while its screen is left. */
class ImportWork {
  preview = $state.raw<ImportPreview | null>(null);
  report = $state.raw<ImportReport | null>(null);
  progress = $state.raw<Progress | null>(null);
  step = $state<'choose' | 'read' | 'run'>('choose');
  problem = $state<string | null>(null);
  /** The plan that a preview is asked of; none while what is shown is what would be imported. */
  wanted = $state.raw<ImportPlan | null>(null);
  /** How many previews were asked: only the answer to the last counts. */
  #asked = 0;

  read = async (path: string | null, plan: ImportPlan | null = null): Promise<void> => {
    if (path === null || this.step === 'run') return;
    const number = ++this.#asked;
    this.problem = null;
    this.report = null;
    this.wanted = plan;
    if (plan === null) this.step = 'read';
    try {
      const answer = await backend.previewImport(path, plan);
      if (number === this.#asked) this.preview = answer;
    } catch (thrown) {
      if (number === this.#asked) this.problem = refusalText(refusalOf(thrown));
    } finally {
      if (number === this.#asked) {
        this.wanted = null;
        if (this.step === 'read') this.step = 'choose';
      }
    }
  };

  run = async (plan: ImportPlan): Promise<void> => {
    if (this.step === 'run' || this.wanted !== null) return;
    this.step = 'run';
    this.progress = null;
    this.problem = null;
    const stop = onProgress((news) => (this.progress = news));
    try {
      this.report = await backend.runImport(plan, badRowWords());
      this.preview = null;
      invalidate(['clients', 'pets', 'client_tags']);
    } catch (thrown) {
      const refusal = refusalOf(thrown);
      this.problem = refusal.code === 'cancelled' ? t('import.stopped') : refusalText(refusal);
    } finally {
      stop();
      this.step = 'choose';
    }
  };

  /** Begins anew, also where it is left; what runs goes on. */
  again = (): void => {
    if (this.step === 'run') return;
    this.#asked++;
    this.step = 'choose';
    this.problem = null;
    this.wanted = null;
    this.report = null;
    this.preview = null;
  };
}

let current: { file: number; staff: string | undefined; work: ImportWork } | undefined;

/**
 * The import into the file that is open, by who sits here: what is known of another one's, its report and what would undo it, is not shown beside it.
 * One that runs is everybody's.
 */
export function importWork(): ImportWork {
  const [file, staff] = [fileNumber(), currentStaff()?.id];
  if (current && current.file === file && (current.staff === staff || current.work.step === 'run')) return current.work;
  current = { file, staff, work: new ImportWork() };
  return current.work;
}
