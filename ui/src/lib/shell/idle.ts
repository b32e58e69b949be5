/** Watches for a desk that nobody touches: calls back after `minutes` without a key, a click or a turn of the wheel. 0: never. */
export function whenIdle(minutes: number, callback: () => void): () => void {
  if (minutes <= 0) return () => undefined;
  let timer: ReturnType<typeof setTimeout>;
  const restart = (): void => {
    clearTimeout(timer);
    timer = setTimeout(callback, minutes * 60_000);
  };
  const touches = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const;
  for (const touch of touches) window.addEventListener(touch, restart, { passive: true, capture: true });
  restart();
  return () => {
    clearTimeout(timer);
    for (const touch of touches) window.removeEventListener(touch, restart, { capture: true });
  };
}
