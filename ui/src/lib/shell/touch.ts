const OFTEN_ENOUGH = 20_000;

/**
 * Says that somebody is at the desk, at most every 20 seconds, for as long as keys, pointer or wheel are touched: the core locks a
 * desk that hears nothing for too long, and reading a page asks it nothing.
 */
export function onTouch(say: () => void, now: () => number = Date.now): () => void {
  let last = -Infinity;
  const heard = (): void => {
    if (now() - last < OFTEN_ENOUGH) return;
    last = now();
    say();
  };
  const touches = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const;
  for (const touch of touches) window.addEventListener(touch, heard, { passive: true, capture: true });
  return () => {
    for (const touch of touches) window.removeEventListener(touch, heard, { capture: true });
  };
}
