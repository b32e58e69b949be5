/**
 * While a field holds what cannot be read its form is not sent: what would be saved is not what was typed.
 * To be attached to the field's control; `isUnread` looks at what stands in it.
 */
export const holdsForm = (isUnread: (input: HTMLInputElement) => boolean) => (input: HTMLInputElement) => {
  function stop(event: Event): void {
    if (event.target !== input.form || !isUnread(input)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    input.focus();
  }
  document.addEventListener('submit', stop, { capture: true });
  return () => document.removeEventListener('submit', stop, { capture: true });
};

/** What is wrong with what was typed into a field. It is said when the field is left, and over while one types, or as soon as the value is another. */
export class Unread {
  readonly #text: () => string;
  readonly #wrongWith: (typed: string) => string | null;
  /** In words; none where nothing is wrong, or one still types. */
  words = $derived.by<string | null>(() => (void this.#text(), null));

  /** `text` is how the value is written, which is never wrong; `wrongWith` says what is wrong with anything else. */
  constructor(text: () => string, wrongWith: (typed: string) => string | null) {
    this.#text = text;
    this.#wrongWith = wrongWith;
  }

  readonly is = (input: HTMLInputElement): boolean => {
    if (input.value !== this.#text()) this.words = this.#wrongWith(input.value);
    return this.words !== null;
  };

  /**
   * Whether a field that is left holds what cannot be read. In a form it stays to be mended, and the form is not sent. Elsewhere nothing would stop a
   * button from taking the old value, which is what stands there again.
   */
  stays(input: HTMLInputElement): boolean {
    if (!this.is(input)) return false;
    if (!input.form) input.value = this.#text();
    return true;
  }
}
