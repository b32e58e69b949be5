import type { Locator } from '@playwright/test';
import { askedOf, watchCommands } from './commands';
import { expect, expectAccessible, openDesk, test } from './desk';
import { aClient, aPet } from './people';
import { movable, stored } from './visits';

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
  await expect(page.getByText('«4 kg 2» no es un número.')).toBeVisible();
  await expect(weight).toHaveValue('4 kg 2');
  expect(await written()).toHaveLength(before + 2);
  await weight.fill('4,2 kg');
  await weight.press('Enter');
  await expect(weight).toHaveValue('');
  expect((await written()).slice(before + 2)).toEqual([4200]);
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

test('a bill that cannot be read is not saved as it was before', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  await page.getByTestId('visit').first().click();
  await page.getByTestId('visit-edit').click();
  await watchCommands(page);
  await page.getByTestId('edit-bill').fill('about 40');
  await page.getByTestId('edit-save').click();
  await expect(page.getByText('“about 40” is no number.')).toBeVisible();
  await expect(page.getByTestId('edit-bill')).toHaveValue('about 40');
  await page.getByTestId('edit-bill').fill('40 EUR');
  await page.getByTestId('edit-save').click();
  await expect(page.getByTestId('visit-edit-form')).toBeHidden();
  const { times, last } = await askedOf(page, 'edit_appointment');
  expect(times).toBe(1);
  expect((last!.input as { final_cost_cents: number }).final_cost_cents).toBe(4000);
});

test('a question for a number takes a decimal comma, and no words', async ({ page }) => {
  await openDesk(page, '/#/schedule', { language: 'es' });
  const id = await movable(page);
  await page.evaluate(
    (own) =>
      window.petrelWorld!.elsewhere(['appointments'], ({ services, visits }) => {
        const asks = services.find(({ form_fields }) => form_fields.some(({ field_type }) => field_type === 'number'))!;
        asks.form_fields = asks.form_fields.filter(({ field_type }) => field_type === 'number');
        Object.assign(
          visits.find((kept) => kept.id === own)!,
          { service_id: asks.id, answers: [] },
        );
      }),
    id,
  );
  await page.locator(`[data-id="${id}"]`).click();
  await page.getByTestId('visit-edit').click();
  const field = page.getByRole('spinbutton', { name: 'Weight today (kg)' });
  await field.fill('mucho');
  await page.getByTestId('edit-save').click();
  await expect(page.getByText('«mucho» no es un número.')).toBeVisible();
  await field.fill('4,5');
  await page.getByTestId('edit-save').click();
  await expect(page.getByTestId('visit-edit-form')).toBeHidden();
  expect((await stored(page, id)).answers).toMatchObject([{ value: '4.5' }]);
});

test('a birth date of years ago is a few presses away, by keyboard too', async ({ page }) => {
  await openDesk(page, '/#/attention');
  const id = await aPet(page, 'alerted');
  await page.evaluate((own) => {
    window.petrelWorld!.elsewhere(['pets'], ({ pets }) => {
      pets.find((pet) => pet.id === own)!.born_on = null;
    });
  }, id);
  await page.goto(`/#/pets/${id}`);
  await page.getByTestId('edit-pet').click();
  await page.getByRole('button', { name: /^Born:/ }).click();
  await page.getByRole('combobox', { name: 'Year' }).selectOption('2009');
  await page.getByRole('combobox', { name: 'Month' }).selectOption({ label: 'March' });
  await expect(page.getByRole('combobox', { name: 'Year' })).toHaveValue('2009');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Previous month' }).click();
  await page.getByRole('button', { name: 'Previous month' }).click();
  await page.getByRole('button', { name: 'Previous month' }).click();
  await expect(page.getByRole('combobox', { name: 'Year' })).toHaveValue('2008');
  await expect(page.getByRole('combobox', { name: 'Month' })).toHaveValue('12');
  await page.locator('[data-calendar-day]').filter({ hasText: /^17$/ }).click();
  await expect(page.getByRole('button', { name: 'Born: 17 Dec 2008' })).toBeVisible();
});

test('the lines of an address and of an own field stay lines when something is changed in them', async ({ page }) => {
  await openDesk(page, '/#/attention');
  const id = await aClient(page, 'quiet');
  await page.evaluate((own) => {
    const client = window.petrelWorld!.memory.clients.find((each) => each.id === own)!;
    client.address = 'Calle Mayor 1\n28013 Madrid';
    client.custom_fields = { Access: 'Ring twice\nSecond floor', Insurance: 'Mapfre' };
  }, id);
  await page.goto(`/#/clients/${id}`);
  await page.getByTestId('edit-client').click();
  const address = page.getByTestId('client-address');
  const [access, insurance] = ['Access', 'Insurance'].map((name) => page.getByRole('textbox', { name })) as [
    Locator,
    Locator,
  ];
  await expect(address).toHaveValue('Calle Mayor 1\n28013 Madrid');
  await address.press('Control+End');
  await address.pressSequentially('\nSpain');
  await expect(access).toHaveValue('Ring twice\nSecond floor');
  await access.press('Control+End');
  await access.pressSequentially(' left');
  await insurance.fill('Adeslas');
  await expectAccessible(page);
  await page.getByTestId('save-client').click();
  await expect(page.getByTestId('client-dialog')).toHaveCount(0);
  const kept = await page.evaluate(
    (own) => window.petrelWorld!.memory.clients.find((client) => client.id === own)!,
    id,
  );
  expect(kept).toMatchObject({
    address: 'Calle Mayor 1\n28013 Madrid\nSpain',
    custom_fields: { Access: 'Ring twice\nSecond floor left', Insurance: 'Adeslas' },
  });
});

test('an own field of which one line is left keeps who types into it', async ({ page }) => {
  await openDesk(page, '/#/attention');
  const id = await aClient(page, 'quiet');
  await page.evaluate((own) => {
    const client = window.petrelWorld!.memory.clients.find((each) => each.id === own)!;
    client.custom_fields = { Access: 'a\nb' };
  }, id);
  await page.goto(`/#/clients/${id}`);
  await page.getByTestId('edit-client').click();
  const access = page.getByRole('textbox', { name: 'Access' });
  await access.press('Control+End');
  await access.press('Backspace');
  await access.press('Backspace');
  await expect(access).toHaveValue('a');
  await page.keyboard.type('bc');
  await expect(access).toHaveValue('abc');
});
