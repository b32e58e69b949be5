import type { Page } from '@playwright/test';
import { expect, openDesk, test } from './desk';
import { aClient } from './people';

/** Opens the booking form on a Friday on which nobody works: it stands on a later day. */
async function beginLater(page: Page): Promise<void> {
  await openDesk(page, '/#/schedule');
  await page.getByTestId('visit').first().waitFor();
  await page.evaluate(() => {
    const { memory } = window.petrelWorld!;
    memory.hours = memory.hours.filter(({ day_of_week }) => day_of_week !== 5);
  });
  await page.keyboard.press('c');
  await page.getByTestId('free-slot').first().waitFor();
  await expect(page.getByTestId('booking-date')).not.toContainText('20 Nov');
}

async function chooseClient(page: Page): Promise<void> {
  await page.getByTestId('booking-search').fill('romero');
  await page.getByRole('option').first().click();
  await expect(page.getByTestId('booking-client')).toBeVisible();
}

test('a day that is asked for holds though nothing is free on it, and is the one that is booked', async ({ page }) => {
  await beginLater(page);
  await chooseClient(page);
  const date = page.getByTestId('booking-date');
  const time = page.getByTestId('booking-time');
  const save = page.getByTestId('booking-save');
  await date.click();
  await page.getByRole('button', { name: /20 November 2026/ }).click();
  await expect(date).toContainText('20 Nov 2026');
  await expect(time).toHaveValue('');
  await expect(save).toBeDisabled();
  await expect(page.getByText('Nothing is free on this day.')).toBeVisible();
  await time.fill('16:00');
  await time.press('Tab');
  await expect(save).toContainText('20 Nov');
  await save.click();
  // Each reason is asked by itself: that the time is taken, and that nobody works then.
  const refusal = page.getByTestId('booking-refusal');
  await expect(refusal).toContainText('taken');
  await page.getByTestId('overbook').click();
  await expect(refusal).toContainText('outside working hours');
  await page.getByTestId('overbook').click();
  await expect(page.getByText('Booked:')).toBeVisible();
  const booked = await page.evaluate(() => window.petrelWorld!.memory.visits.at(-1)!.starts_at);
  expect(booked).toBe(Date.parse('2026-11-20T16:00:00+01:00'));
});

test('the next free time can be taken instead of the day that was asked for', async ({ page }) => {
  await beginLater(page);
  await page.getByTestId('booking-date').click();
  await page.getByRole('button', { name: /20 November 2026/ }).click();
  await expect(page.getByTestId('booking-save')).toBeDisabled();
  await page.getByTestId('free-slot').first().click();
  await expect(page.getByTestId('booking-date')).not.toContainText('20 Nov');
  await expect(page.getByTestId('booking-time')).not.toHaveValue('');
  await expect(page.getByText('Nothing is free on this day.')).toHaveCount(0);
});

test('a time that is emptied says again what would be booked', async ({ page }) => {
  await openDesk(page, '/?book=new#/schedule');
  await page.getByTestId('free-slot').first().waitFor();
  const time = page.getByTestId('booking-time');
  const first = await time.inputValue();
  await time.fill('');
  await time.press('Tab');
  await expect(time).toHaveValue(first);
});

test('where the client is chosen the focus stays in the panel: on the first pet, or on the service', async ({
  page,
}) => {
  await openDesk(page, '/?book=new#/schedule');
  const search = page.getByTestId('booking-search');
  const pets = page.getByTestId('booking-pet').locator('input');
  await search.fill('romero');
  await page.getByRole('option').first().waitFor();
  await search.press('Enter');
  await expect(pets.first()).toBeFocused();
  // Who has no pet yet.
  const name = await page.evaluate(() => {
    const { clients, pets } = window.petrelWorld!.memory;
    const { id, first_name, last_name } = clients.at(-1)!;
    window.petrelWorld!.elsewhere(
      ['pets'],
      () => (window.petrelWorld!.memory.pets = pets.filter((pet) => pet.client_id !== id)),
    );
    return `${first_name} ${last_name}`;
  });
  await page.getByRole('button', { name: 'Another client' }).click();
  await search.fill(name);
  await expect(page.getByRole('option')).toHaveCount(1);
  await search.press('Enter');
  await expect(page.getByTestId('booking-client')).toHaveText(name);
  await expect(page.getByTestId('booking-service')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('booking-panel')).toBeHidden();
  // Nor is it lost where the client is known from the start.
  const id = await aClient(page, 'family');
  await page.goto(`/?book=new&client=${id}#/schedule`);
  await expect(pets.first()).toBeFocused();
});
