import { tick } from 'svelte';

/** A secret is typed masked: it is typed twice, so that a slip of a finger locks nobody out. To be asked before anything is sent. */
export class Repeated {
  again = $state('');
  /** The two are not the same, and nothing was typed since. */
  isOther = $state(false);

  /** Whether both say the same; where they do not, that is said at the second. */
  fits(secret: string): boolean {
    this.isOther = secret !== this.again;
    return !this.isOther;
  }

  clear(): void {
    [this.again, this.isOther] = ['', false];
  }
}

/** Goes to the first field of a form that is not right, once that is said. */
export async function focusWrong(form: EventTarget | null): Promise<void> {
  await tick();
  if (form instanceof HTMLElement) form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}
