import { backend } from '$lib/backend';

/** What a desk remembers for itself, by key. */
export interface DeskSettings {
  theme: 'system' | 'light' | 'dark';
  language: 'system' | 'en' | 'es';
  /** Of the whole window, in per cent. */
  zoom: number;
  last_route: string;
  /** The day on which it was left there, by this computer's clock. */
  last_route_on: string;
  last_service: string | null;
  schedule_zoom: number;
  schedule_color_by: 'service' | 'status';
}

/** A setting of this desk, or `fallback` where none is kept or it cannot be read. */
export async function deskSetting<K extends keyof DeskSettings>(
  key: K,
  fallback: DeskSettings[K],
): Promise<DeskSettings[K]> {
  try {
    const json = await backend.deskSetting(key);
    return json === null ? fallback : (JSON.parse(json) as DeskSettings[K]);
  } catch {
    return fallback;
  }
}

/** Keeps a setting; a desk that cannot keep it goes on without. To be waited for by who asks for it again. */
export async function keepDeskSetting<K extends keyof DeskSettings>(key: K, value: DeskSettings[K]): Promise<void> {
  await backend.setDeskSetting(key, JSON.stringify(value)).catch(() => undefined);
}
