import type { WeeklyHours } from '$lib/backend';
import { LeftDraft } from '$lib/data/left-draft.svelte';
import { areTouched, gapsOf, lineOf, mergedLines, withFreshKeys, type HoursLine } from './hours';

/** What was typed, and what was kept then: only so is it known later which lines were touched. */
interface Typed {
  lines: HoursLine[];
  start: HoursLine[];
}

/** One colleague's weekly hours as they are edited. What nobody touches here follows what is kept. */
export class Plan {
  lines = $state<HoursLine[]>([]);
  /** Whether gaps are shown: from the first try to save them on. */
  isChecked = $state(false);
  /** What was kept when it was last looked at: the lines that differ from it are the person's. */
  #start: HoursLine[];
  #isSaving = false;
  readonly #draft: LeftDraft<Typed>;

  constructor(staffId: string, kept: WeeklyHours[]) {
    this.#start = kept.map(lineOf);
    this.lines = kept.map(lineOf);
    this.#draft = new LeftDraft<Typed>(`hours:${staffId}`, (left) => areTouched(this.#with(left), this.#start));
  }

  /** What was left from the last time, until it is taken up or thrown away. */
  get left(): Typed | null {
    return this.#draft.left;
  }

  /** The lines as they are kept now, with what was typed in them another time. */
  #with({ lines, start }: Typed): HoursLine[] {
    return mergedLines(lines, start, this.#start);
  }

  /** Keeps what is typed, beside what was left before. */
  keep(): void {
    const lines = $state.snapshot(this.lines) as HoursLine[];
    if (areTouched(lines, this.#start)) this.#draft.keep({ lines, start: this.#start });
    else if (this.#draft.isTyped) this.#draft.clear();
  }

  /** Takes up what was left; what was typed meanwhile is offered in its place. */
  take(): Typed | null {
    return this.#draft.take(() => false);
  }

  /** Goes on with what was left. Its new lines are others than those that are new here. */
  goOn({ lines, start }: Typed): void {
    this.lines = this.#with({ lines: withFreshKeys(lines), start });
  }

  /** What was left is thrown away; what is typed stays. */
  discard(): void {
    this.#draft.discard();
  }

  close(): void {
    this.#draft.flush();
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
      if (await write(sent)) {
        this.#start = sent;
        // What was left, and nobody took up, is still to be offered.
        if (this.#draft.isTyped) this.#draft.clear();
      }
      kept = await ask();
    } finally {
      this.#isSaving = false;
    }
    if (kept) this.follow(kept);
  }
}
