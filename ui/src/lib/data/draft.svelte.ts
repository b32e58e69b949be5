import { backend } from '$lib/backend';

const WAIT = 400;

/** What was asked of the core last. Its commands run side by side: each waits for the one before it, or an older text would stay. */
let last: Promise<unknown> = Promise.resolve();

function inTurn<R>(ask: () => Promise<R>): Promise<R | null> {
  const asked = last.then(ask).catch(() => null);
  last = asked;
  return asked;
}

/** What is being typed, kept by the core so that a crash or a power cut does not take it. */
export class Draft<T> {
  /** Those of forms that are open. */
  static readonly #open = new Set<Draft<unknown>>();
  #key: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pending: T | null = null;

  constructor(key: string) {
    this.#key = key;
    Draft.#open.add(this);
  }

  /** What is kept under a key is kept under another from now on, with what an open form is still about to keep. */
  static move(from: string, to: string): void {
    for (const draft of Draft.#open) {
      if (draft.#key !== from) continue;
      draft.flush();
      draft.#key = to;
    }
    void inTurn(async () => {
      const kept = await backend.draft(from);
      if (kept === null) return;
      await backend.setDraft(to, kept);
      await backend.setDraft(from, null);
    });
  }

  /** What was left from the last time. */
  async left(): Promise<T | null> {
    const key = this.#key;
    const json = await inTurn(() => backend.draft(key));
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

  /** Keeps now what still waits to be kept. */
  flush(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [key, kept] = [this.#key, JSON.stringify(this.#pending)];
    void inTurn(() => backend.setDraft(key, kept));
  }

  /** The form goes, and may be opened again at once. */
  close(): void {
    this.flush();
    Draft.#open.delete(this);
  }

  /** It was saved or thrown away. */
  async clear(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const key = this.#key;
    await inTurn(() => backend.setDraft(key, null));
  }
}
