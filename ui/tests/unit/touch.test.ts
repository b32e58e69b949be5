import { expect, it, vi } from 'vitest';
import { onTouch } from '$lib/shell/touch';

it('says so at the first touch and then at most every 20 seconds, until it is stopped', () => {
  let now = 0;
  const say = vi.fn();
  const stop = onTouch(say, () => now);
  window.dispatchEvent(new Event('pointermove'));
  window.dispatchEvent(new Event('keydown'));
  expect(say).toHaveBeenCalledTimes(1);
  now = 20_000;
  window.dispatchEvent(new Event('wheel'));
  expect(say).toHaveBeenCalledTimes(2);
  stop();
  now = 60_000;
  window.dispatchEvent(new Event('keydown'));
  expect(say).toHaveBeenCalledTimes(2);
});
