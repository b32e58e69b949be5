import type { Page } from '@playwright/test';
import { expect, openDesk, test } from './desk';
import { aClient, aPet } from './people';

/** What would run, ask elsewhere or break out if it were taken for more than text. */
const PAYLOADS = [
  '<img src=x onerror="window.typedRan=1">',
  '"><script>window.typedRan=1</script>',
  "'><svg onload=window.typedRan=1>",
  'javascript:window.typedRan=1',
  '</textarea></option></style><iframe srcdoc="<script>parent.typedRan=1</script>">',
  '{{constructor.constructor("window.typedRan=1")()}}${window.typedRan=1}',
];

/** Adds a payload to every free text that people wrote into the clinic. */
const poison = (page: Page): Promise<void> =>
  page.evaluate((payloads) => {
    const written =
      /name|note|title|tag|alert|allerg|breed|address|street|city|answer|question|reason|label|value|text|detail/i;
    const kept =
      /(^id$|_id$|_at$|_on$|status|species|role|kind|method|locale|timezone|currency|color$|email|phone|table)/i;
    let next = 0;
    const walk = (value: unknown): void => {
      if (Array.isArray(value)) {
        value.forEach(walk);
        return;
      }
      if (value === null || typeof value !== 'object') return;
      const record = value as Record<string, unknown>;
      for (const [key, one] of Object.entries(record)) {
        if (typeof one !== 'string') walk(one);
        else if (written.test(key) && !kept.test(key)) record[key] = `${one} ${payloads[next++ % payloads.length]}`;
      }
    };
    window.petrelWorld!.elsewhere(
      ['clients', 'pets', 'appointments', 'staff', 'services', 'waitlist_entries', 'clinics', 'schedule_overrides'],
      ({ clients, pets, visits, staff, services, waitlist, clinic }) =>
        [clients, pets, visits, staff, services, waitlist, clinic].forEach(walk),
    );
  }, PAYLOADS);

/** Nothing of it ran, and nothing of it became a part of the page. */
async function expectText(page: Page): Promise<void> {
  const found = await page.evaluate(() => ({
    ran: (window as { typedRan?: number }).typedRan,
    parts: [...document.querySelectorAll('[onerror], [onload], iframe, script:not([src]), a[href^="javascript:"]')].map(
      ({ outerHTML }) => outerHTML,
    ),
  }));
  expect(found).toEqual({ ran: undefined, parts: [] });
}

/** Another screen, without loading the page anew: the clinic in memory would be another. */
const go = (page: Page, path: string): Promise<void> =>
  page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate', { state: null }));
  }, path);

const SCREENS: [path: string, shown: string][] = [
  ['/?date=2026-11-20#/schedule', 'visit'],
  ['/?view=week&staff=all#/schedule', 'visit'],
  ['/#/today', 'today-card'],
  ['/#/clients', 'client-row'],
  ['/#/waitlist', 'waitlist-entry'],
  ['/#/attention', 'screen-attention'],
  ['/#/settings/staff', 'staff-row'],
  ['/#/settings/services', 'service-row'],
  ['/#/settings/hours', 'save-hours'],
];

test('what people typed is text on every screen, and runs nowhere', async ({ page }) => {
  await openDesk(page, '/#/settings/desk', { hub: 'online', conflicts: true });
  const client = await aClient(page, 'family');
  const pet = await aPet(page, 'alerted');
  await poison(page);
  const people: typeof SCREENS = [
    [`/#/clients/${client}`, 'client-name'],
    [`/#/pets/${pet}`, 'screen-pet'],
  ];
  for (const [path, shown] of [...SCREENS, ...people]) {
    await go(page, path);
    await page.getByTestId(shown).first().waitFor();
    await expect(page.locator('body')).toContainText('typedRan');
    await expectText(page);
  }
  // As it was typed, letter for letter.
  await go(page, `/#/clients/${client}`);
  const name = await page.getByTestId('client-name').textContent();
  expect(PAYLOADS.some((payload) => name?.includes(payload))).toBe(true);
});

test('what people typed is text in the forms, the search and the visit, too', async ({ page }) => {
  await openDesk(page, '/#/schedule', { hub: 'online' });
  await poison(page);
  await page.getByTestId('visit').first().click();
  await expect(page.getByTestId('visit-panel')).toContainText('typedRan');
  await expectText(page);
  await page.getByTestId('global-search').click();
  await page.keyboard.type('onerror');
  await page.getByRole('option').first().waitFor();
  await expectText(page);
});
