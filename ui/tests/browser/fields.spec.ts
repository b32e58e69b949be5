import { expect, expectAccessible, openDesk, test } from './desk';
import { aPet } from './people';

test('a weight is taken with a comma and with a point, and what is none is not written down', async ({ page }) => {
  await openDesk(page, '/#/attention', { language: 'es' });
  const id = await aPet(page, 'alerted');
  await page.goto(`/#/pets/${id}`);
  const weight = page.getByTestId('weight');
  const written = () =>
    page.evaluate(
      (own) =>
        window
          .petrelWorld!.memory.records.filter(({ pet_id, record_kind }) => pet_id === own && record_kind === 'weight')
          .map(({ weight_grams }) => weight_grams),
      id,
    );
  const before = (await written()).length;
  await weight.fill('3,7');
  await page.getByTestId('record-weight').click();
  await expect(weight).toHaveValue('');
  await weight.fill('4.25');
  await weight.press('Enter');
  await expect(weight).toHaveValue('');
  expect((await written()).slice(before)).toEqual([3700, 4250]);
  await weight.fill('4 kg 2');
  await weight.press('Enter');
  await expect(weight).toHaveValue('');
  expect(await written()).toHaveLength(before + 2);
  // Held there, no toast goes while the page is read.
  await page.locator('[data-sonner-toast]').first().hover();
  await expectAccessible(page);
});

test('a bill is taken with its thousands apart, and shown again as the language writes it', async ({ page }) => {
  await openDesk(page, '/#/schedule', { language: 'es' });
  await page.getByTestId('visit').first().click();
  await page.getByTestId('visit-edit').click();
  await page.getByTestId('edit-bill').fill('1.234,50');
  await page.getByTestId('edit-save').click();
  await expect(page.getByTestId('visit-edit-form')).toBeHidden();
  await page.getByTestId('visit-edit').click();
  await expect(page.getByTestId('edit-bill')).toHaveValue('1234,50');
});
