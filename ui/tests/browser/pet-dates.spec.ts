import { expect, openDesk, test } from './desk';
import { aPet } from './people';

test('a day of birth that is still to come is told as that, at its field', async ({ page }) => {
  await openDesk(page, '/#/attention');
  const id = await aPet(page, 'alerted');
  await page.evaluate(
    (wanted) =>
      window.petrelWorld!.elsewhere(['pets'], ({ pets }) => {
        pets.find((candidate) => candidate.id === wanted)!.born_on = '2026-11-02';
      }),
    id,
  );
  await page.goto(`/#/pets/${id}`);
  await page.getByTestId('edit-pet').click();
  const born = page.getByTestId('pet-born-on');
  await born.click();
  await page.locator('[data-calendar-day]').filter({ hasText: /^25$/ }).click();
  await page.getByTestId('save-pet').click();
  await expect(page.getByText('Born: this day is still to come.')).toBeVisible();
  await expect(born).toBeFocused();
  await expect(page.getByText('cannot be read')).toHaveCount(0);
});

test('a death before the birth is told as that, at its field', async ({ page }) => {
  await openDesk(page, '/#/attention', { language: 'es' });
  const id = await aPet(page, 'deceased');
  await page.evaluate(
    (wanted) =>
      window.petrelWorld!.elsewhere(['pets'], ({ pets }) => {
        const pet = pets.find((candidate) => candidate.id === wanted)!;
        Object.assign(pet, { born_on: '2020-03-02', deceased_on: '2020-03-01' });
      }),
    id,
  );
  await page.goto(`/#/pets/${id}`);
  await page.getByTestId('edit-pet').click();
  await page.getByTestId('pet-name').fill('Rex');
  await page.getByTestId('save-pet').click();
  await expect(page.getByText('ese día la mascota aún no había nacido')).toBeVisible();
  await expect(page.getByTestId('pet-deceased-on')).toBeFocused();
});
