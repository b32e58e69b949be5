import { onDestroy } from 'svelte';
import { Draft } from './draft.svelte';
import { mergedForm } from './form-merge';

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
  readonly #draft: Draft<Kept<T>>;
  readonly #start: T;
  #hasKept = false;
  /** What was left from the last time, until it is taken up or thrown away. */
  left = $state.raw<T | null>(null);

  /** Of something new (`isNew`) a draft is taken up whole: nobody else can have written it. */
  constructor(key: string | Promise<string>, start: T, isNew: boolean) {
    this.#draft = new Draft<Kept<T>>(key);
    this.#start = start;
    // What is kept later would come back after the form was opened again and saved.
    onDestroy(() => this.#draft.flush());
    void this.#draft.left().then((kept) => {
      // Without its beginning nobody knows what of it is old.
      if (!kept?.value || !kept.start) return;
      const left = isNew ? kept.value : mergedForm(kept.value, kept.start, start);
      if (this.isChanged(left)) this.left = left;
    });
  }

  /** Whether anything was typed that would be a pity to lose. */
  isChanged(value: T): boolean {
    return JSON.stringify(value) !== JSON.stringify(this.#start);
  }

  /**
   * Keeps what is typed. What was left before is not overwritten before something new is typed; what was typed now and is back to what it was is forgotten.
   */
  keep(value: T): void {
    const isChanged = this.isChanged(value);
    if (!isChanged && this.#hasKept) void this.#draft.clear();
    this.#hasKept = isChanged;
    if (!isChanged) return;
    this.left = null;
    this.#draft.keep({ value, start: this.#start });
  }

  /** It was saved or thrown away. */
  clear(): void {
    this.left = null;
    void this.#draft.clear();
  }
}
