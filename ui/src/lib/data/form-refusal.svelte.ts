import { tick } from 'svelte';
import type { Refusal } from '$lib/backend';
import { refusalText } from '$lib/i18n/refusals';

/**
 * What the core said to a form: a field it shows gets the message and the focus, everything else stands above the buttons.
 * `shown` are the names the core has for the fields that the form shows.
 */
export class FormRefusal {
  readonly #shown: readonly string[];
  readonly #formId: string;
  current = $state.raw<Refusal | null>(null);

  constructor(formId: string, shown: readonly string[]) {
    this.#formId = formId;
    this.#shown = shown;
  }

  /** To be given to `save` as `refused`. */
  take = (refusal: Refusal): void => {
    this.current = refusal;
    void tick().then(() => {
      const form = document.getElementById(this.#formId);
      form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
    });
  };

  clear = (): void => void (this.current = null);

  /** What is wrong with a field; `form_fields[2].name` is of the field `form_fields`. */
  errorOf = (field: string): string | null =>
    this.current !== null && rootOf(this.current.field) === field ? refusalText(this.current) : null;

  /** What is about no field that is shown. */
  get rest(): string | null {
    if (this.current === null || this.#shown.includes(rootOf(this.current.field))) return null;
    return refusalText(this.current);
  }
}

const rootOf = (field: string | null): string => (field ?? '').replace(/[[.].*$/, '');
