import { expect, openDesk, test } from './desk';

test('after another file took the clinic’s place nothing of the old one is shown', async ({ page }) => {
  await openDesk(page, '/#/clients');
  await expect(page.getByTestId('clients-count')).toHaveText('160 clients');
  await page.evaluate(() => {
    const world = window.petrelWorld!;
    const refusal = { code: 'corrupt' as const, field: null, limit: null, until: null, alternatives: [], detail: null };
    Object.assign(world.memory.app, { phase: { name: 'trouble', refusal }, staff: null });
    world.appStateChanged();
  });
  await page.getByRole('button', { name: 'Restore a backup' }).click();
  await page.evaluate(() => window.petrelWorld!.memory.clients.splice(100));
  await page.getByTestId('backup').first().click();
  await page.getByTestId('sign-in-choice').filter({ hasText: 'Marc' }).click();
  await expect(page.getByTestId('clients-count')).toHaveText('100 clients');
});
