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

test('who got a PIN while the desk was locked is asked for it', async ({ page }) => {
  await openDesk(page, '/', { phase: 'signed_out' });
  const marc = page.getByTestId('sign-in-choice').filter({ hasText: 'Marc' });
  await expect(marc).toBeVisible();
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['staff'], ({ staff, pins }) => {
      staff[1]!.has_pin = true;
      staff[1]!.first_name = 'Marcos';
      pins[staff[1]!.id] = '4321';
    }),
  );
  await expect(marc).toContainText('Marcos');
  await marc.click();
  await page.getByTestId('pin').fill('4321');
  await page.getByTestId('sign-in').click();
  await expect(page.getByTestId('shell')).toBeVisible();
});

test('a choice that wants a PIN nobody knew of asks for it', async ({ page }) => {
  await openDesk(page, '/', { phase: 'signed_out' });
  const marc = page.getByTestId('sign-in-choice').filter({ hasText: 'Marc' });
  await expect(marc).toBeVisible();
  // The word of the change has not come here yet.
  await page.evaluate(() => void (window.petrelWorld!.memory.staff[1]!.has_pin = true));
  await marc.click();
  await expect(page.getByTestId('pin')).toBeVisible();
  await expect(page.getByTestId('pin')).not.toHaveAttribute('aria-invalid', 'true');
});
