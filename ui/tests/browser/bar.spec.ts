// What is always in sight of how safe the clinic is, and how the desk stands to its hub.
import { expect, openDesk, test } from './desk';

test('a key that is kept in a file is told of in the bar, except of a demo clinic', async ({ page }) => {
  await openDesk(page, '/#/today', { app: { key_store: 'file' } });
  const notice = page.getByTestId('key-in-file');
  await expect(notice).toHaveText('Key in a file');
  await expect(notice).toBeVisible();
  await page.evaluate(() => {
    window.petrelWorld!.memory.app.is_demo = true;
    window.petrelWorld!.appStateChanged();
  });
  await expect(page.getByTestId('state-area')).toContainText('Demo clinic');
  await expect(notice).toHaveCount(0);
});

for (const language of ['en', 'es'] as const) {
  test(`the bar holds all it has to say, nothing of it cut off (${language})`, async ({ page }) => {
    await openDesk(page, '/#/today', { language, hub: 'offline', app: { key_store: 'file', lacks_recovery: true } });
    await expect(page.getByTestId('key-in-file')).toBeVisible();
    const bar = page.locator('header').first();
    for (const width of [960, 1024, 1280, 1366]) {
      await page.setViewportSize({ width, height: 768 });
      await expect.poll(() => bar.evaluate((element) => element.clientWidth)).toBe(width - 56);
      expect(await bar.evaluate((element) => element.scrollWidth - element.clientWidth), `${width}`).toBe(0);
    }
  });
}
