// What stands in the address, so that it comes back.
import { expect, openDesk, test } from './desk';
import { aPet } from './people';

test('the times and the entry of the waitlist that are open come back with the screen', async ({ page }) => {
  await openDesk(page, '/#/waitlist');
  await page.getByTestId('find-times').nth(1).click();
  await expect(page.getByTestId('waitlist-times')).toBeVisible();
  await page.getByTestId('nav-clients').click();
  await page.getByTestId('client-row').first().waitFor();
  await page.goBack();
  await expect(page.getByTestId('find-times').nth(1)).toHaveAttribute('aria-expanded', 'true');
  await page.getByTestId('entry-more').nth(2).click();
  await page.getByTestId('edit-entry').click();
  await expect(page.getByTestId('waitlist-dialog')).toContainText('Edit entry');
  const isKept = (): Promise<boolean> =>
    page.evaluate(() => {
      const { desk, waitlist } = window.petrelWorld!.memory;
      return waitlist.some(({ id }) => desk.last_route!.includes(`edit=${id}`));
    });
  await expect.poll(isKept).toBe(true);
  await page.getByTestId('waitlist-dialog').getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByTestId('waitlist-dialog')).toHaveCount(0);
  await expect(page).toHaveURL(/entry=[^&]+#\/waitlist$/);
});

test('what is typed of an entry stays where another desk takes it off meanwhile', async ({ page }) => {
  await openDesk(page, '/#/waitlist');
  await page.getByTestId('entry-more').first().click();
  await page.getByTestId('edit-entry').click();
  await page.getByLabel('Notes').fill('Only mornings');
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['waitlist_entries'], (memory) => {
      memory.waitlist = [];
    }),
  );
  await expect(page.getByTestId('waitlist-entry')).toHaveCount(0);
  await expect(page.getByLabel('Notes')).toHaveValue('Only mornings');
});

test('whose hours, and which part of a timeline, is looked at comes back with the screen', async ({ page }) => {
  await openDesk(page, '/#/settings/hours');
  await page.getByRole('combobox', { name: 'Colleague' }).click();
  await page.getByRole('option', { name: 'Aisha Khan' }).click();
  await page.getByTestId('settings-staff').click();
  await page.getByTestId('staff-row').first().waitFor();
  await page.goBack();
  await expect(page.getByRole('combobox', { name: 'Colleague' })).toHaveText(/Aisha Khan/);
  await page.goto(`/#/pets/${await aPet(page, 'alerted')}`);
  await page.getByTestId('timeline-records').click();
  await page.getByTestId('pet-owner').click();
  await page.getByTestId('screen-client').waitFor();
  await page.goBack();
  await expect(page.getByTestId('timeline-records')).toHaveAttribute('aria-pressed', 'true');
});

test('a clinic without a service is told how to add one', async ({ page }) => {
  await openDesk(page, '/#/settings/services');
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['services'], (memory) => {
      memory.services = [];
    }),
  );
  const empty = page.getByText('No service yet').locator('..');
  await empty.getByRole('button', { name: 'New service' }).click();
  await expect(page.getByTestId('service-dialog')).toBeVisible();
});
