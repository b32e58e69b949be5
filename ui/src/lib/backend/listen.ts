import { events, type Progress, type SyncState } from './bindings';

type Stop = () => void;

function until(listening: Promise<Stop>): Stop {
  return () => void listening.then((stop) => stop());
}

/** The tables that a write changed, whoever made it. */
export const onChanged = (callback: (tables: string[]) => void): Stop =>
  until(events.changed.listen(({ payload }) => callback(payload.tables)));

/** How far the long work under way is. */
export const onProgress = (callback: (progress: Progress) => void): Stop =>
  until(events.workProgress.listen(({ payload }) => callback(payload.progress)));

/** The program stands elsewhere now: locked, signed in, a backup done. */
export const onAppStateChanged = (callback: () => void): Stop => until(events.appStateChanged.listen(() => callback()));

/** Desk and hub stand to each other otherwise now. */
export const onSyncChanged = (callback: (state: SyncState) => void): Stop =>
  until(events.syncChanged.listen(({ payload }) => callback(payload.state)));
