import { openDesk, test } from './desk';

/** A picture of each screen, to be looked at: `npm run screenshots` writes them to test-results/screens. */
const SCREENS: [name: string, path: string, wait: string][] = [
  ['schedule-day', '/#/schedule', 'visit'],
  ['schedule-week', '/?view=week&staff=all#/schedule', 'visit'],
  ['schedule-month', '/?view=month#/schedule', 'month'],
  ['booking', '/?book=new#/schedule', 'booking-search'],
  ['today', '/#/today', 'today-card'],
];

for (const theme of ['light', 'dark'] as const) {
  for (const [name, path, wait] of SCREENS) {
    test(`${name} in ${theme} @screens`, async ({ page }) => {
      const language = theme === 'dark' ? 'es' : 'en';
      await openDesk(page, path, { theme, language });
      await page.getByTestId(wait).first().waitFor();
      await page.screenshot({ path: `test-results/screens/${name}-${theme}-${language}.png` });
    });
  }

  test(`visit in ${theme} @screens`, async ({ page }) => {
    await openDesk(page, '/#/schedule', { theme });
    await page.locator('[data-testid="visit"][data-status="reminded"]').first().click();
    await page.getByTestId('visit-next').waitFor();
    await page.screenshot({ path: `test-results/screens/visit-${theme}.png` });
  });
}
