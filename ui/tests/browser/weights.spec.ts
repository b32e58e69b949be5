import type { Page } from '@playwright/test';
import { expect, expectAccessible, openDesk, test } from './desk';
import { aPet } from './people';

const toast = (page: Page, words: string) => page.getByText(words, { exact: true });

/** Opens the page of a pet; its weights are asked from the clinic. */
async function openPet(page: Page): Promise<() => Promise<(number | null)[]>> {
  await openDesk(page, '/#/today');
  const id = await aPet(page, 'alerted');
  await page.evaluate((own) => {
    const pet = window.petrelWorld!.memory.pets.find((one) => one.id === own)!;
    pet.born_on = '2020-01-01';
    location.hash = `#/pets/${own}`;
  }, id);
  await expect(page.getByTestId('weight-table')).toBeVisible();
  return () =>
    page.evaluate((own) => {
      const { records } = window.petrelWorld!.memory;
      return records
        .filter(({ pet_id, record_kind }) => pet_id === own && record_kind === 'weight')
        .sort((a, b) => a.recorded_at - b.recorded_at)
        .map(({ weight_grams }) => weight_grams);
    }, id);
}

test('a weight that was mistyped is set right, or taken out, and either can be undone', async ({ page }) => {
  const weights = await openPet(page);
  const before = await weights();
  await page.getByTestId('correct-weight').first().click();
  const dialog = page.getByTestId('weight-dialog');
  await expectAccessible(page);
  await dialog.getByTestId('correct').fill('9.3');
  await dialog.getByTestId('save-weight').click();
  await expect(toast(page, 'Weight corrected.')).toBeVisible();
  expect(await weights()).toEqual([...before.slice(0, -1), 9300]);
  await expect(page.getByTestId('weight-table').getByRole('row').nth(1)).toContainText('9.3 kg');
  await page.getByTestId('correct-weight').first().click();
  await dialog.getByTestId('remove-weight').click();
  await expect(toast(page, 'Weight removed.')).toBeVisible();
  expect(await weights()).toEqual(before.slice(0, -1));
  await page.getByRole('button', { name: 'Undo' }).first().click();
  await expect.poll(weights).toEqual([...before.slice(0, -1), 9300]);
});

test('a weight is written down for the day it was taken on, which is none to come', async ({ page }) => {
  const weights = await openPet(page);
  const before = await weights();
  await page.getByTestId('weight').fill('9.5');
  await page.getByTestId('weight-date').click();
  await page.getByRole('button', { name: /21 November 2026/ }).click();
  await page.getByTestId('record-weight').click();
  await expect(page.getByText('This day is still to come.')).toBeVisible();
  expect(await weights()).toEqual(before);
  await page.getByTestId('weight-date').click();
  await page.getByRole('button', { name: /18 November 2026/ }).click();
  await page.getByTestId('record-weight').click();
  await expect(toast(page, 'Weight written down.')).toBeVisible();
  const record = await page.evaluate(() => window.petrelWorld!.memory.records.at(-1)!);
  expect(record).toMatchObject({ weight_grams: 9500, recorded_at: Date.parse('2026-11-18T12:00:00+01:00') });
  await expect(page.getByTestId('weight-date')).toContainText('20 Nov 2026');
});

/** Another desk changes the last weight that is kept, or takes it out. */
const lastElsewhere = (page: Page, grams: number | null): Promise<void> =>
  page.evaluate((to) => {
    const id = location.hash.split('/').at(-1)!;
    window.petrelWorld!.elsewhere(['medical_records'], ({ records }) => {
      const weights = records.filter(({ pet_id, record_kind }) => pet_id === id && record_kind === 'weight');
      const last = weights.sort((a, b) => a.recorded_at - b.recorded_at).at(-1)!;
      if (to === null) records.splice(records.indexOf(last), 1);
      else last.weight_grams = to;
    });
  }, grams);

test('whoever sets right the day of a weight keeps what another desk set right of it meanwhile', async ({ page }) => {
  const weights = await openPet(page);
  const before = await weights();
  await page.getByTestId('correct-weight').first().click();
  await lastElsewhere(page, 8765);
  await expect(page.getByTestId('weight-table')).toContainText('8.77 kg');
  await page.getByTestId('correct-date').click();
  await page.getByRole('button', { name: /19 November 2026/ }).click();
  await page.getByTestId('save-weight').click();
  await expect(toast(page, 'Weight corrected.')).toBeVisible();
  expect(await weights()).toEqual([...before.slice(0, -1), 8765]);
  const days = await page.evaluate(() => window.petrelWorld!.memory.records.map(({ recorded_at }) => recorded_at));
  expect(days).toContain(Date.parse('2026-11-19T12:00:00+01:00'));
});

test('a weight that another desk took out meanwhile is not there to be set right, which is said', async ({ page }) => {
  const weights = await openPet(page);
  const before = await weights();
  await page.getByTestId('correct-weight').first().click();
  await lastElsewhere(page, null);
  await page.getByTestId('correct').fill('9.3');
  await page.getByTestId('save-weight').click();
  await expect(page.getByTestId('weight-dialog')).toContainText('not there any more');
  expect(await weights()).toEqual(before.slice(0, -1));
});

test('a weight that was typed and not written down is offered again', async ({ page }) => {
  await openPet(page);
  await page.getByTestId('weight').fill('7.7');
  await page.getByTestId('weight').press('Tab');
  await page.getByTestId('nav-today').click();
  await expect(page.getByTestId('screen-today')).toBeVisible();
  await page.goBack();
  await page.getByTestId('draft-continue').click();
  await expect(page.getByTestId('weight')).toHaveValue('7.7');
  await page.getByTestId('record-weight').click();
  await expect(toast(page, 'Weight written down.')).toBeVisible();
  await expect.poll(() => page.evaluate(() => Object.keys(window.petrelWorld!.memory.drafts))).toEqual([]);
});
