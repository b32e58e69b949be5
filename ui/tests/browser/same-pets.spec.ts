import type { Page } from '@playwright/test';
import { askedOf, watchCommands } from './commands';
import { expect, expectAccessible, openDesk, test } from './desk';
import { aClient, aPet } from './people';

/** Gives the client of a pet a second record of it, which says some things otherwise. Answers its id. */
const twin = (page: Page, petId: string) =>
  page.evaluate((wanted) => {
    const id = 'pet-twin';
    window.petrelWorld!.elsewhere(['pets', 'clients'], ({ pets }) => {
      const pet = pets.find((candidate) => candidate.id === wanted)!;
      Object.assign(pet, { breed: 'Beagle', born_on: '2019-03-02', microchip: null, color: 'brown and white' });
      pets.push({
        ...pet,
        id,
        breed: 'Beagle mix',
        born_on: '2019-04-02',
        microchip: '985112345678900',
        color: null,
        alerts: 'Afraid of clippers, never alone on the table',
      });
    });
    return id;
  }, petId);

const petOf = (page: Page, id: string) =>
  page.evaluate((wanted) => window.petrelWorld!.memory.pets.find((pet) => pet.id === wanted), id);

test('two records of one animal are told, seen side by side, and merged as it was chosen', async ({ page }) => {
  await openDesk(page, '/#/attention');
  const id = await aPet(page, 'alerted');
  const other = await twin(page, id);
  const { client_id, alerts } = (await petOf(page, id))!;
  await page.goto(`/#/clients/${client_id}`);
  await page.getByTestId('same-pets').waitFor();
  await page.getByTestId('merge-same-pets').click();
  const dialog = page.getByTestId('merge-pets-dialog');
  await expect(dialog.getByTestId('merge-pets-fills')).toContainText('985112345678900');
  const both = dialog.getByTestId('merge-pets-alerts').getByRole('button', { name: 'Keep both' });
  await expect(both).toHaveAttribute('aria-pressed', 'true');
  const breed = dialog.getByTestId('merge-pets-breed');
  await breed.getByRole('button', { name: 'Beagle mix' }).click();
  await expectAccessible(page);
  // The other record stays: what was chosen is still what was chosen.
  await dialog.getByTestId('merge-pets-swap').click();
  await expect(dialog.getByTestId('merge-pets-fills')).toContainText('brown and white');
  await expect(breed.getByRole('button', { name: 'Beagle mix' })).toHaveAttribute('aria-pressed', 'true');
  await watchCommands(page, {});
  await dialog.getByTestId('do-merge-pets').click();
  await expect(dialog).toBeHidden();
  expect((await askedOf(page, 'merge_pets')).last).toMatchObject({
    input: { into_id: other, from_id: id, choices: expect.arrayContaining([{ field: 'breed', take: 'kept' }]) },
  });
  await expect(page.getByTestId('same-pets')).toHaveCount(0);
  const one = (await petOf(page, other))!;
  expect(one).toMatchObject({ breed: 'Beagle mix', color: 'brown and white', born_on: '2019-04-02' });
  expect(one.alerts).toContain(alerts);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByTestId('same-pets')).toBeVisible();
});

test('a record is merged from its own page, and the page is then that of the one that stays', async ({ page }) => {
  await openDesk(page, '/#/attention');
  const id = await aPet(page, 'alerted');
  const other = await twin(page, id);
  await page.goto(`/#/pets/${id}`);
  await page.getByTestId('same-pets').waitFor();
  await page.getByTestId('pet-more').click();
  await page.getByTestId('merge-pet').click();
  await page.getByTestId('merge-pick-pet').first().waitFor();
  await page.getByTestId('merge-pick-pet').filter({ hasText: 'Beagle mix' }).click();
  await page.getByTestId('merge-pets-swap').click();
  await page.getByTestId('do-merge-pets').click();
  await expect(page).toHaveURL(new RegExp(`/pets/${other}$`));
  await expect(page.getByTestId('pet-title')).toBeVisible();
});

test('two animals of one name are told apart, and that can be taken back', async ({ page }) => {
  await openDesk(page, '/#/attention');
  const id = await aPet(page, 'alerted');
  await twin(page, id);
  await page.goto(`/#/pets/${id}`);
  await page.getByTestId('two-animals').click();
  await expect(page.getByTestId('same-pets')).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByTestId('same-pets')).toBeVisible();
});

test('why two records cannot be one is said before anything is done', async ({ page }) => {
  await openDesk(page, '/#/attention');
  const id = await aPet(page, 'alerted');
  const other = await twin(page, id);
  await page.evaluate(
    ([one, two]) =>
      window.petrelWorld!.elsewhere(['pets', 'appointments'], ({ pets, visits }) => {
        pets.find((pet) => pet.id === two)!.deceased_on = '2026-11-01';
        const visit = visits.find(({ status, ends_at }) => status === 'confirmed' && ends_at > Date.now())!;
        visit.pet_id = one!;
      }),
    [id, other],
  );
  await page.goto(`/#/pets/${id}`);
  await page.getByTestId('pet-more').click();
  await page.getByTestId('merge-pet').click();
  await page.getByTestId('merge-pick-pet').filter({ hasText: 'Beagle mix' }).click();
  await expect(page.getByTestId('merge-pets-hindrance')).toContainText('has a visit to come');
  await expect(page.getByTestId('do-merge-pets')).toBeDisabled();
});

test('that two pets are there twice after two clients were merged is said at once', async ({ page }) => {
  await openDesk(page, '/#/attention');
  const into = await aClient(page, 'family');
  const from = await page.evaluate((wanted) => {
    const { clients, pets } = window.petrelWorld!.memory;
    const pet = pets.find(({ client_id, deceased_on }) => client_id === wanted && !deceased_on)!;
    const other = clients.find(({ id }) => id !== wanted && !pets.some(({ client_id }) => client_id === id))!;
    const found = other ?? clients.find(({ id }) => id !== wanted)!;
    window.petrelWorld!.elsewhere(['pets'], (memory) => {
      memory.pets.push({ ...pet, id: 'pet-twin', client_id: found.id });
      Object.assign(found, { first_name: 'Quentin', last_name: 'Zulu' });
    });
    return { id: found.id, name: pet.name };
  }, into);
  await page.goto(`/#/clients/${into}`);
  await page.getByTestId('client-name').waitFor();
  await page.getByTestId('client-more').click();
  await page.getByTestId('merge').click();
  await page.getByTestId('merge-pick').fill('Quentin Zulu');
  await page.getByRole('option').first().click();
  await page.getByTestId('do-merge').click();
  await expect(page.getByText(`Clients merged. ${from.name} is there twice now.`)).toBeVisible();
  await expect(page.getByTestId('same-pets')).toBeVisible();
});
