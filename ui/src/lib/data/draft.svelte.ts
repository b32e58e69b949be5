import { backend } from '$lib/backend';

const WAIT = 400;

/** What was asked of the core last. Its commands run side by side: each waits for the one before it, or an older text would stay. */
let last: Promise<unknown> = Promise.resolve();

function inTurn<R>(ask: () => Promise<R>): Promise<R | null> {
  const asked = last.then(ask).catch(() => null);
  last = asked;
  return asked;
}

/** Those that have something that still waits to be kept. */
const waiting = new Set<{ flush: () => void }>();

/** Keeps all that still waits to be kept; done when it is, or could not be. */
export async function flushDrafts(): Promise<void> {
  for (const draft of waiting) draft.flush();
  await last;
}

/** What is being typed, kept by the core so that a crash or a power cut does not take it. */
export class Draft<T> {
  readonly #key: string | Promise<string>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pending: T | null = null;

  /** The key may have to be found out first. */
  constructor(key: string | Promise<string>) {
    this.#key = key;
  }

  /** What was left from the last time. */
  async left(): Promise<T | null> {
    const json = await inTurn(async () => backend.draft(await this.#key));
    try {
      return json === null ? null : (JSON.parse(json) as T);
    } catch {
      return null;
    }
  }

  /** Keeps a value, at the latest 0.4 s from now. */
  keep(value: T): void {
    this.#pending = value;
    waiting.add(this);
    this.#timer ??= setTimeout(() => this.flush(), WAIT);
  }

  /** Keeps now what still waits to be kept: the form goes, and may be opened again at once. */
  flush(): void {
    if (this.#timer === undefined) return;
    this.#stop();
    const kept = JSON.stringify(this.#pending);
    void inTurn(async () => backend.setDraft(await this.#key, kept));
  }

  /** It was saved or thrown away. */
  async clear(): Promise<void> {
    this.#stop();
    await inTurn(async () => backend.setDraft(await this.#key, null));
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    waiting.delete(this);
  }
}
