import { MINUTE } from './zone';

const clock = $state({ now: Date.now() });

/** The present, renewed at each full minute: times in status, the now-line and "3 min ago" follow it. */
export const now = (): number => clock.now;

function tick(): void {
  clock.now = Date.now();
  setTimeout(tick, MINUTE - (clock.now % MINUTE) + 20);
}

/** Starts the clock; a computer that wakes up is brought up to date at once. */
export function startClock(): void {
  tick();
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) clock.now = Date.now();
  });
}
