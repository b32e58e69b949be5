import { Draft } from './draft.svelte';

/**
 * The draft of a form: kept while the form differs from what it began with, offered again the next time it is opened.
 * To be made while the form's component is set up.
 */
export class FormDraft<T> {
  readonly #draft: Draft<T>;
  readonly #start: string;
  /** What was left from the last time, until it is taken up or thrown away. */
  left = $state.raw<T | null>(null);

  constructor(key: string, start: T) {
    this.#draft = new Draft<T>(key);
    this.#start = JSON.stringify(start);
    void this.#draft.left().then((left) => {
      if (left !== null && this.isChanged(left)) this.left = left;
    });
  }

  /** Whether anything was typed that would be a pity to lose. */
  isChanged(value: T): boolean {
    return JSON.stringify(value) !== this.#start;
  }

  /** Keeps what is typed. What was left before is not overwritten before something new is typed. */
  keep(value: T): void {
    if (!this.isChanged(value)) return;
    this.left = null;
    this.#draft.keep(value);
  }

  /** It was saved or thrown away. */
  clear(): void {
    this.left = null;
    void this.#draft.clear();
  }
}
