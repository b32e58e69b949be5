import type { HubTrouble, SyncState } from '$lib/backend';

/** What the badge says first; the rest stands behind it. */
export type Standing = 'alone' | 'trouble' | 'offline' | 'clock' | 'waiting' | 'online';

/** Troubles that are nothing but a missing connection. */
const AWAY: readonly HubTrouble[] = ['hub_unreachable', 'hub_busy'];
/** Troubles that pass by themselves: nobody has to do anything. */
const PASSING: readonly HubTrouble[] = [...AWAY, 'hub_problem', 'behind_horizon'];

/** What weighs most of how desk and hub stand to each other. */
export function standingOf(state: SyncState): Standing {
  if (state.address === null) return 'alone';
  if (state.trouble !== null && !AWAY.includes(state.trouble)) return 'trouble';
  if (!state.is_online || state.trouble !== null) return 'offline';
  if (state.clock_behind_minutes !== null) return 'clock';
  return state.waiting > 0 ? 'waiting' : 'online';
}

/** Whether a trouble needs somebody to do something. */
export const needsSomebody = (trouble: HubTrouble): boolean => !PASSING.includes(trouble);

/** What is said aloud when it changes: that something waits for a moment is not. */
export function spokenOf(standing: Standing): Exclude<Standing, 'waiting'> {
  return standing === 'waiting' ? 'online' : standing;
}
