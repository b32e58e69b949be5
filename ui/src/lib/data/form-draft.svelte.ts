import { onDestroy } from 'svelte';
import { isSame, isWithin, mergedForm } from './form-merge';
import { LeftDraft } from './left-draft.svelte';

/** What was typed, and what the form had begun with: only so is it known later which fields were changed. */
interface Kept<T> {
  value: T;
  start: T;
}

/**
 * The draft of a form: kept while the form differs from what it began with, offered again the next time it is opened.
 * Of something that is kept, what is offered is what was changed then: the other fields are those of today.
 * To be made while the form's component is set up.
 */
export class FormDraft<T extends object> {
  readonly #draft: LeftDraft<Kept<T>>;
  readonly #start: T;
  readonly #isNew: boolean;
  /**
   * What each field began with: of what was taken up again, what stood there when it was typed. Another desk may have written over that before
   * the form was opened.
   */
  began = $state.raw() as T;

  /** Of something new (`isNew`) a draft is taken up whole: nobody else can have written it. */
  constructor(key: string | Promise<string>, start: T, isNew: boolean) {
    this.#start = start;
    this.began = start;
    this.#isNew = isNew;
    // Without its beginning nobody knows what of it is old.
    const isWorth = (kept: Kept<T>) => !!kept.value && !!kept.start && this.isChanged(this.#today(kept));
    this.#draft = new LeftDraft<Kept<T>>(key, isWorth);
    // What is kept later would come back after the form was opened again and saved.
    onDestroy(() => this.#draft.flush());
  }

  /** What was left from the last time, until it is taken up or thrown away. */
  get left(): T | null {
    return this.#draft.left && this.#today(this.#draft.left);
  }

  #today({ value, start }: Kept<T>): T {
    return this.#isNew ? value : mergedForm(value, start, this.#start);
  }

  /** Whether anything was typed that would be a pity to lose. */
  isChanged(value: T): boolean {
    return !isSame(value, this.#start);
  }

  /** Keeps what is typed, beside what was left before. What was typed now and is back to what it was is forgotten. */
  keep(value: T): void {
    if (this.isChanged(value)) this.#draft.keep({ value, start: this.#start });
    else if (this.#draft.isTyped) this.#draft.clear();
  }

  /** Goes on with what was left: answers it as it is today. What was typed meanwhile is offered in its place. */
  take(): T | null {
    const taken = this.#draft.take((typed, left) => isWithin(this.#today(typed), this.#today(left), this.#start));
    if (!taken) return null;
    if (!this.#isNew) this.began = this.#beganWith(taken);
    return this.#today(taken);
  }

  /** Lists are today's: what was typed of their items is over today's already. */
  #beganWith({ value, start }: Kept<T>): T {
    const keys = Object.keys(this.#start) as (keyof T)[];
    const typed = keys.filter((key) => !Array.isArray(value[key]) && !isSame(value[key], start[key]));
    return { ...this.#start, ...Object.fromEntries(typed.map((key) => [key, start[key]])) };
  }

  /** What was left is thrown away; what is typed stays. */
  discard(): void {
    this.#draft.discard();
  }

  /** What was typed was saved or thrown away. What was left before it, and nobody took up, is still offered. */
  clear(): void {
    this.#draft.clear();
  }
}
