import { untrack } from 'svelte';

/**
 * Enter in a field that finds as one types. What was found for an older text is not what is meant: pressed before the answer, it takes the
 * first hit once that is there, and nothing where nobody is found. To be made while a component is set up.
 */
export class EarlyEnter {
  readonly #isAnswered: () => boolean;
  readonly #takeFirst: () => void;
  #isWaiting = $state(false);

  constructor(isAnswered: () => boolean, takeFirst: () => void) {
    this.#isAnswered = isAnswered;
    this.#takeFirst = takeFirst;
    $effect(() => {
      if (!this.#isWaiting || !isAnswered()) return;
      this.#isWaiting = false;
      untrack(takeFirst);
    });
  }

  /** Takes Enter before the open list does, where the list would take an old hit or none. */
  take(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
    if (event.key !== 'Enter' || event.isComposing) return this.forget();
    const highlighted = event.currentTarget.getAttribute('aria-activedescendant');
    if (!this.#isAnswered()) this.#isWaiting = true;
    else if (highlighted === null || document.getElementById(highlighted) === null) this.#takeFirst();
    else return;
    event.preventDefault();
  }

  /** The person goes on to something else. */
  forget = (): void => void (this.#isWaiting = false);
}
