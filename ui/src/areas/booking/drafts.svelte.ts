import { LeftDraft } from '$lib/data/left-draft.svelte';
import { isTypedIn, isWorthKeeping, wholeOf, type Booking } from './booking';

/**
 * What is typed of a booking is kept beside what was left from the last time. One for who waits has a place of its own: it may be planned over
 * another that is half typed, whose place it must not take.
 */
export class BookingDrafts {
  readonly #plain = placeAt('booking');
  readonly #wished = placeAt('booking:wish');
  /** Where what is typed now is kept; none while nothing of it is. */
  #in: LeftDraft<Booking> | null = null;
  readonly #offered = $derived([this.#plain, this.#wished].find(({ left }) => left !== null));

  /** What was left, until it is taken up or thrown away. */
  get left(): Booking | null {
    return this.#offered?.left ?? null;
  }

  keep(typed: Booking): void {
    const place = typed.wish ? this.#wished : this.#plain;
    if (this.#in !== place) this.#in?.clear();
    place.keep(typed);
    this.#in = place;
  }

  /** What is typed was saved, thrown away or taken back: what was left before it is kept on. */
  drop(): void {
    this.#in?.clear();
    this.#in = null;
  }

  /** Another booking takes the place of what is typed, which is offered in its turn. */
  leave(): void {
    this.#in?.leave();
    this.#in = null;
  }

  /** Goes on with what was left. What is typed is left in its turn, unless all of it stands in there: of the client whose page `asked` for it nothing was typed. */
  take(asked: string | null): Booking | null {
    const place = this.#offered;
    const left = place?.left;
    if (!place || !left) return null;
    const isThere = (typed: Booking): boolean => isTypedIn(typed, left, asked);
    if (this.#in !== place) this.#in?.leave(isThere);
    const taken = place.take(isThere);
    this.#in = place;
    return taken && wholeOf(taken);
  }

  /** What was left is thrown away; what is typed stays. */
  discard(): void {
    this.#offered?.discard();
  }

  /** Keeps now what still waits to be kept. */
  flush(): void {
    this.#plain.flush();
    this.#wished.flush();
  }
}

const placeAt = (key: string) => new LeftDraft<Booking>(key, (left) => isWorthKeeping(wholeOf(left)));
