import type { WeeklyHours } from '$lib/backend';
import { gapsOf, lineOf, mergedLines, type HoursLine } from './hours';

/** One colleague's weekly hours as they are edited. What nobody touches here follows what is kept. */
export class Plan {
  lines = $state<HoursLine[]>([]);
  /** Whether gaps are shown: from the first try to save them on. */
  isChecked = $state(false);
  /** What was kept when it was last looked at: the lines that differ from it are the person's. */
  #start: HoursLine[];
  #isSaving = false;

  constructor(kept: WeeklyHours[]) {
    this.#start = kept.map(lineOf);
    this.lines = kept.map(lineOf);
  }

  get hasGaps(): boolean {
    return this.lines.some((line) => gapsOf(line).length > 0);
  }

  /** The hours were written, here or on another desk. */
  follow(kept: WeeklyHours[]): void {
    // What is being saved comes with other rows than the lines that were added: they are taken once it is known that it was saved.
    if (this.#isSaving) return;
    const live = kept.map(lineOf);
    this.lines = mergedLines($state.snapshot(this.lines) as HoursLine[], this.#start, live);
    this.#start = live;
  }

  /** Saves the lines by `write`, and then shows what `ask` says is kept; where they were not saved, everything stays. */
  async save(
    write: (lines: HoursLine[]) => Promise<boolean>,
    ask: () => Promise<WeeklyHours[] | undefined>,
  ): Promise<void> {
    if (this.#isSaving) return;
    this.#isSaving = true;
    const sent = $state.snapshot(this.lines) as HoursLine[];
    let kept: WeeklyHours[] | undefined;
    try {
      if (await write(sent)) this.#start = sent;
      kept = await ask();
    } finally {
      this.#isSaving = false;
    }
    if (kept) this.follow(kept);
  }
}
