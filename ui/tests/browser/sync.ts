import type { Page } from '@playwright/test';
import type { HubStanding } from '../mock/hub';

/** Desk and hub stand to each other otherwise from now on. */
export const setHub = (page: Page, standing: HubStanding): Promise<void> =>
  page.evaluate((to) => window.petrelWorld!.setHub(to), standing);
