const SECOND = 1000;

/** Minutes and seconds until an instant, `4:05`; none once it is over. */
export function timeLeft(until: number, now: number): string | null {
  const seconds = Math.round((until - now) / SECOND);
  if (seconds <= 0) return null;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
