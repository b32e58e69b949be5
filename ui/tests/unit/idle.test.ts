import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { whenIdle } from '$lib/shell/idle';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('calls after the minutes without a touch, and every touch starts them anew', () => {
  const lock = vi.fn();
  const stop = whenIdle(10, lock);
  vi.advanceTimersByTime(9 * 60_000);
  window.dispatchEvent(new Event('pointermove'));
  vi.advanceTimersByTime(9 * 60_000);
  expect(lock).not.toHaveBeenCalled();
  vi.advanceTimersByTime(60_000);
  expect(lock).toHaveBeenCalledOnce();
  stop();
});

it('never calls where the desk does not lock, nor after it was stopped', () => {
  const lock = vi.fn();
  whenIdle(0, lock);
  whenIdle(1, lock)();
  vi.advanceTimersByTime(3_600_000);
  expect(lock).not.toHaveBeenCalled();
});
