// How this desk looks at the board: kept from one start to the next.
import { deskSetting, keepDeskSetting } from '$lib/desk-settings';

/** Pixels a minute. At the second a visit of 15 minutes is 24 px high, the smallest that is comfortable to hit. */
export const ZOOMS = [1, 1.6, 2.4, 3.6] as const;
export type ColorBy = 'service' | 'status';

const look = $state<{ zoom: number; colorBy: ColorBy; isCancelledShown: boolean }>({
  zoom: 1,
  colorBy: 'service',
  isCancelledShown: false,
});

export const zoom = (): number => ZOOMS[look.zoom]!;
export const canZoom = (by: number): boolean => ZOOMS[look.zoom + by] !== undefined;
export const colorBy = (): ColorBy => look.colorBy;
export const isCancelledShown = (): boolean => look.isCancelledShown;

export function zoomBy(steps: number): void {
  if (!canZoom(steps)) return;
  look.zoom += steps;
  keepDeskSetting('schedule_zoom', look.zoom);
}

export function setColorBy(by: ColorBy): void {
  look.colorBy = by;
  keepDeskSetting('schedule_color_by', by);
}

export function toggleCancelled(): void {
  look.isCancelledShown = !look.isCancelledShown;
}

/** Takes up what was kept. */
export async function startLook(): Promise<void> {
  const [kept, by] = await Promise.all([deskSetting('schedule_zoom', 1), deskSetting('schedule_color_by', 'service')]);
  look.zoom = ZOOMS[kept] === undefined ? 1 : kept;
  look.colorBy = by;
}
