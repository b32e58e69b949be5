// How large the whole window is drawn on this desk: kept from one start to the next.
import { setWindowZoom } from '$lib/backend';
import { pressed } from '$lib/commands/shortcuts';
import { deskSetting, keepDeskSetting } from '$lib/desk-settings';

/** In per cent of the usual size. */
export const WINDOW_ZOOMS = [80, 90, 100, 110, 125, 150, 175, 200] as const;
const USUAL = 100;
/** What a press does: steps larger or smaller, or back to the usual size. Where + stands above =, the key is pressed without Shift, too. */
const KEYS: Record<string, number | 'usual'> = { 'mod++': 1, 'mod+=': 1, 'mod+-': -1, 'mod+0': 'usual' };

const chosen = $state({ percent: USUAL });

/** In per cent of the usual size. */
export const windowZoom = (): number => chosen.percent;

/** Draws the window at one of `WINDOW_ZOOMS`, now and at the next start. */
export function zoomWindow(percent: number): void {
  if (percent === chosen.percent) return;
  chosen.percent = percent;
  setWindowZoom(percent / 100);
  keepDeskSetting('zoom', percent);
}

/** Some steps larger, or smaller; at the last one it stays. */
export function zoomWindowBy(steps: number): void {
  const next = WINDOW_ZOOMS.findIndex((percent) => percent === chosen.percent) + steps;
  zoomWindow(WINDOW_ZOOMS[next] ?? chosen.percent);
}

export const zoomUsual = (): void => zoomWindow(USUAL);

/** The keys for it hold on every screen, also before anybody has signed in, and while one types. */
export function onZoomKey(event: KeyboardEvent): void {
  const wanted = KEYS[pressed(event)];
  if (wanted === undefined || event.defaultPrevented) return;
  event.preventDefault();
  if (wanted === 'usual') zoomUsual();
  else zoomWindowBy(wanted);
}

/** Takes up what was kept. */
export async function startZoom(): Promise<void> {
  const kept = await deskSetting('zoom', USUAL);
  if (!WINDOW_ZOOMS.some((percent) => percent === kept) || kept === chosen.percent) return;
  chosen.percent = kept;
  setWindowZoom(kept / 100);
}
