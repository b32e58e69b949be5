import { Draft } from './draft.svelte';

/** A draft, and what was left before it that nobody took up or threw away. */
type Left<K> = K & { before?: Left<K> };

/**
 * What is being typed, kept beside what was left from the last time: that stays until it is taken up or thrown away, whatever is typed meanwhile.
 */
export class LeftDraft<K extends object> {
  readonly #draft: Draft<Left<K>>;
  #left = $state.raw<Left<K> | null>(null);
  #typed: K | null = null;
  /** Something was kept or cleared already. */
  #isBegun = false;

  /** What is no longer worth anything (`isWorth`) is not offered. */
  constructor(key: string | Promise<string>, isWorth: (left: K) => boolean) {
    this.#draft = new Draft(key);
    void this.#draft.left().then((found) => {
      let left = found;
      while (left && !isWorth(left)) left = left.before ?? null;
      // What is left by now was left after it.
      this.#left = this.#left ? overAll(this.#left, left) : left;
      if (!left || !this.#isBegun) return;
      // It was typed or cleared before the answer, and went over what was left.
      this.#keep();
      this.flush();
    });
  }

  /** What was left, the last of it first. */
  get left(): K | null {
    return this.#left;
  }

  /** Whether anything is typed that is not what was left. */
  get isTyped(): boolean {
    return this.#typed !== null;
  }

  keep(typed: K): void {
    this.#typed = typed;
    this.#keep();
  }

  /** What was typed was saved, thrown away or taken back: what was left before it is kept on. */
  clear(): void {
    this.#typed = null;
    this.#keep();
    this.flush();
  }

  /** What was left is being typed now. What was typed meanwhile is left in its turn, unless all of it is in there (`isWithin`). */
  take(isWithin: (typed: K, left: K) => boolean): K | null {
    if (this.#left === null) return null;
    const { before, ...rest } = this.#left;
    const taken = rest as unknown as K;
    const typed = this.#typed;
    this.#left = typed && !isWithin(typed, taken) ? withBefore(typed, before ?? null) : (before ?? null);
    this.keep(taken);
    return taken;
  }

  /** Something that is kept elsewhere takes the place of what is typed, which is left in its turn, unless all of it is in there (`isWithin`). */
  leave(isWithin: (typed: K) => boolean = () => false): void {
    if (this.#typed && !isWithin(this.#typed)) this.#left = withBefore(this.#typed, this.#left);
    this.clear();
  }

  /** What was left is thrown away. */
  discard(): void {
    this.#left = this.#left?.before ?? null;
    this.#keep();
    this.flush();
  }

  /** Keeps now what still waits to be kept. */
  flush(): void {
    this.#draft.flush();
  }

  #keep(): void {
    this.#isBegun = true;
    const kept = this.#typed ? withBefore(this.#typed, this.#left) : this.#left;
    if (kept) this.#draft.keep(kept);
    else void this.#draft.clear();
  }
}

const withBefore = <K>(typed: K, before: Left<K> | null): Left<K> =>
  before ? { ...typed, before } : (typed as Left<K>);

/** What was left, with `last` before all of it. */
const overAll = <K>(left: Left<K>, last: Left<K> | null): Left<K> =>
  withBefore(left, left.before ? overAll(left.before, last) : last);
