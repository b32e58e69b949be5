import type { Page } from '@playwright/test';
import { askedOf, watchCommands } from './commands';
import { expect, openDesk, test } from './desk';

/** Somebody else sits at the desk from now on. */
const become = (page: Page, role: string) =>
  page.evaluate((wanted) => {
    const world = window.petrelWorld!;
    const person = world.memory.staff.find((each) => each.role !== 'owner')!;
    person.role = wanted as typeof person.role;
    world.memory.app.staff = person;
    world.changed(['staff']);
    world.appStateChanged();
  }, role);

test('everybody changes their own PIN, from the menu of who sits here', async ({ page }) => {
  await openDesk(page, '/#/today', { signedIn: 'veterinarian' });
  await watchCommands(page);
  for (const [current, wanted] of [
    [null, '2468'],
    ['2468', '1357'],
  ]) {
    await page.getByTestId('staff-menu').click();
    await page.getByTestId('change-pin').click();
    await expect(page.getByTestId('pin-dialog')).toContainText('Change my PIN');
    // There is one to be asked for from the second time on.
    await expect(page.getByTestId('current-pin')).toHaveCount(current === null ? 0 : 1);
    if (current) await page.getByTestId('current-pin').fill(current);
    await page.getByTestId('new-pin').fill(wanted!);
    await page.getByTestId('new-pin-again').fill(wanted!);
    await page.getByTestId('save-pin').click();
    await expect(page.getByTestId('pin-dialog')).toHaveCount(0);
    expect((await askedOf(page, 'set_pin')).last).toMatchObject({ pin: wanted, currentPin: current });
  }
});

test('a PIN that is not the same the second time is not set, and typing takes the word back', async ({ page }) => {
  await openDesk(page, '/#/settings/staff');
  await watchCommands(page);
  await page.getByTestId('staff-row').nth(1).getByRole('button', { name: 'Set PIN' }).click();
  await page.getByTestId('new-pin').fill('2468');
  await page.getByTestId('save-pin').click();
  await expect(page.getByTestId('new-pin-again')).toBeFocused();
  await expect(page.getByTestId('new-pin-again')).toHaveAttribute('aria-invalid', 'true');
  await page.getByTestId('new-pin').fill('24680');
  await expect(page.getByTestId('new-pin-again')).not.toHaveAttribute('aria-invalid', 'true');
  expect(await askedOf(page, 'set_pin')).toMatchObject({ times: 0 });
});

test('how soon the desk locks is for whoever manages the clinic to say', async ({ page }) => {
  await openDesk(page, '/#/settings/desk', { signedIn: 'veterinarian' });
  const lock = page.getByRole('spinbutton', { name: 'Lock after (minutes idle)' });
  await expect(lock).toBeDisabled();
  await expect(page.getByText('Only the owner and administrators can change this.')).toBeVisible();
  await become(page, 'admin');
  await expect(lock).toBeEnabled();
  await expect(page.getByText('Only the owner and administrators can change this.')).toHaveCount(0);
});

test('an administrator is offered nothing that only an owner may do', async ({ page }) => {
  await openDesk(page, '/#/settings/staff');
  const owner = page.getByTestId('staff-row').first();
  await expect(owner.getByRole('button')).toHaveCount(3);
  await become(page, 'admin');
  await expect(owner.getByRole('button')).toHaveCount(1);
  await expect(owner).toContainText('Only an owner can change an owner.');
  await page.getByTestId('staff-row').nth(1).getByRole('button', { name: 'Edit' }).click();
  await page.getByTestId('staff-dialog').getByLabel('Role').click();
  await expect(page.getByRole('option', { name: 'Administrator' })).toBeVisible();
  await expect(page.getByRole('option', { name: 'Owner' })).toHaveCount(0);
});

test('nothing is imported or deleted by whoever may not', async ({ page }) => {
  await openDesk(page, '/#/clients', { signedIn: 'front_desk' });
  await page.getByTestId('client-row').first().waitFor();
  await expect(page.getByTestId('to-import')).toHaveCount(0);
  const [recorded, blank] = await page.evaluate(() => {
    const { memory } = window.petrelWorld!;
    const [one, other] = memory.pets.filter(({ deceased_on }) => deceased_on === null);
    memory.records = memory.records.filter(({ pet_id }) => pet_id !== other!.id);
    return [one!.id, other!.id];
  });
  const more = async (id: string) => {
    await page.goto(`/#/pets/${id}`);
    await page.getByTestId('pet-more').click();
    await expect(page.getByTestId('move-pet')).toBeVisible();
  };
  await more(recorded!);
  await expect(page.getByTestId('delete-pet')).toHaveCount(0);
  await become(page, 'veterinarian');
  await expect(page.getByTestId('delete-pet')).toBeVisible();
  await become(page, 'front_desk');
  // Without a record there is nothing that they may not delete.
  await page.keyboard.press('Escape');
  await more(blank!);
  await expect(page.getByTestId('delete-pet')).toBeVisible();
  await page.goto('/#/clients');
  await become(page, 'admin');
  await expect(page.getByTestId('to-import')).toBeVisible();
});
