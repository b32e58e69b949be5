import { afterEach, expect, it, vi } from 'vitest';
import type { AppState } from '$lib/backend';
import { takeAppState } from '$lib/session.svelte';
import { startClock } from '$lib/time/clock.svelte';
import { ageText } from '$areas/pet/age';

afterEach(() => void vi.useRealTimers());

it('an age is that of the clinic’s day', () => {
  vi.useFakeTimers({ now: Date.parse('2026-11-20T17:30:00-08:00') });
  takeAppState({ phase: { name: 'ready' }, clinic: { timezone: 'America/Los_Angeles' } } as AppState);
  startClock();
  expect(ageText('2023-11-21', null)).toBe('2 years');
  vi.setSystemTime(Date.parse('2026-11-21T00:30:00-08:00'));
  document.dispatchEvent(new Event('visibilitychange'));
  expect(ageText('2023-11-21', null)).toBe('3 years');
});
