import type { Page } from '@playwright/test';
import { expect, openDesk, test } from './desk';
import { aClient } from './people';

/** A change of address within the open page, as a link makes one. */
const follow = (page: Page, path: string) => page.evaluate((to) => void (location.hash = to), path);

test('going back while a pet is edited leaves both pets as they were', async ({ page }) => {
  await openDesk(page, '/#/attention');
  const [first, second] = await page.evaluate(() => {
    const { pets } = window.petrelWorld!.memory;
    const one = pets[0]!;
    return [one, pets.find(({ name }) => name !== one.name)!];
  });
  const kept = () => page.evaluate(() => JSON.stringify(window.petrelWorld!.memory.pets));
  const before = await kept();
  for (const pet of [first, second]) {
    await follow(page, `/pets/${pet!.id}`);
    await expect(page.getByTestId('pet-title')).toHaveText(pet!.name);
  }
  await page.getByTestId('edit-pet').click();
  await page.getByTestId('pet-allergies-text').fill('Penicillin and cats');
  await page.goBack();
  await expect(page.getByTestId('pet-title')).toHaveText(first!.name);
  await expect(page.getByTestId('pet-dialog')).toHaveCount(0);
  await page.getByTestId('edit-pet').click();
  await expect(page.getByTestId('pet-name')).toHaveValue(first!.name);
  await page.getByTestId('save-pet').click();
  await expect(page.getByTestId('pet-dialog')).toHaveCount(0);
  expect(await kept()).toBe(before);
});

test('going back while two clients are to become one merges nobody else', async ({ page }) => {
  await openDesk(page, '/#/attention');
  for (const kind of ['quiet', 'family'] as const) {
    await follow(page, `/clients/${await aClient(page, kind)}`);
    await page.getByTestId('screen-client').getByTestId('client-name').waitFor();
  }
  await page.getByTestId('client-likeness').first().getByRole('button').click();
  await expect(page.getByTestId('merge-dialog')).toBeVisible();
  await page.goBack();
  await expect(page.getByTestId('client-likeness')).toHaveCount(0);
  await expect(page.getByTestId('merge-dialog')).toHaveCount(0);
});

test('back from a client who was just added leads to the list, without the form', async ({ page }) => {
  await openDesk(page, '/#/clients');
  await page.getByTestId('new-client').click();
  await page.getByTestId('client-first').fill('Vera');
  await page.getByTestId('save-client').click();
  await expect(page.getByTestId('client-name')).toHaveText('Vera');
  await page.goBack();
  await expect(page.getByTestId('client-row').first()).toBeVisible();
  await expect(page.getByTestId('client-dialog')).toHaveCount(0);
});

test('a service is opened, changed and saved', async ({ page }) => {
  await openDesk(page, '/#/settings/services');
  await page.getByTestId('service-row').first().getByRole('button').click();
  await expect(page.getByTestId('service-name')).toHaveValue('Consultation');
  await page.getByTestId('service-name').fill('First consultation');
  await page.getByTestId('save-service').click();
  await expect(page.getByTestId('service-dialog')).toHaveCount(0);
  await expect(page.getByTestId('service-row').first()).toContainText('First consultation');
});
