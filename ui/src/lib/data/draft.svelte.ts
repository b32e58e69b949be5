import { backend } from '$lib/backend';

const WAIT = 400;

/** What is being typed, kept by the core so that a crash or a power cut does not take it. */
export class Draft<T> {
  readonly #key: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pending: T | null = null;

  constructor(key: string) {
    this.#key = key;
  }

  /** What was left from the last time. */
  async left(): Promise<T | null> {
    const json = await backend.draft(this.#key).catch(() => null);
    try {
      return json === null ? null : (JSON.parse(json) as T);
    } catch {
      return null;
    }
  }

  /** Keeps a value, at the latest 0.4 s from now. */
  keep(value: T): void {
    this.#pending = value;
    this.#timer ??= setTimeout(() => this.flush(), WAIT);
  }

  /** Keeps now what still waits to be kept: the form goes, and may be opened again at once. */
  flush(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    void backend.setDraft(this.#key, JSON.stringify(this.#pending)).catch(() => undefined);
  }

  /** It was saved or thrown away. */
  async clear(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await backend.setDraft(this.#key, null).catch(() => undefined);
  }
}
