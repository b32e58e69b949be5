import type { Page } from '@playwright/test';
import { expect, expectAccessible, openDesk, test } from './desk';
import { movable, stored } from './visits';

const panel = (page: Page) => page.getByTestId('visit-panel');

/** A visit with questions that need no answer, what was answered, and another pet of its family: in its panel. */
async function openAnswered(page: Page): Promise<string> {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await page.evaluate((own) => {
    window.petrelWorld!.elsewhere(['appointments', 'services', 'pets'], ({ visits, services, pets }) => {
      const visit = visits.find((each) => each.id === own)!;
      const pet = pets.find((each) => each.id === visit.pet_id)!;
      pet.name = 'Txiki';
      pets.push({ ...pet, id: 'sibling', name: 'Zorro', deceased_on: null });
      const asked = (name: string, field_type: 'choice' | 'yes_no' | 'date' | 'long_text', is_required = false) => ({
        ...{ name, field_type, is_required },
        choices: field_type === 'choice' ? ['Short', 'Long'] : [],
      });
      const fields = [
        asked('Cut', 'choice'),
        asked('Sedated before?', 'yes_no'),
        asked('Last heat', 'date'),
        asked('Skin', 'long_text', true),
      ];
      services.find((each) => each.id === visit.service_id)!.form_fields = fields;
      const said = ['Long', 'yes', '2026-05-01', 'Dry'];
      visit.answers = fields.map(({ name, field_type }, index) => ({ name, field_type, value: said[index]! }));
      visit.notes.title = 'Before the show';
    });
  }, id);
  await page.locator(`[data-id="${id}"]`).click();
  return id;
}

test('a visit says its own title beside its service, and the answers as they are read', async ({ page }) => {
  await openAnswered(page);
  await expect(page.getByTestId('visit-own-title')).toHaveText('Before the show');
  await expect(panel(page)).toContainText('1 May 2026');
  await expect(panel(page)).not.toContainText('2026-05-01');
});

test('an answer that need not be given is taken back', async ({ page }) => {
  const id = await openAnswered(page);
  await page.getByTestId('visit-edit').click();
  for (const name of ['Cut', 'Sedated before?']) {
    await panel(page).getByRole('combobox', { name }).click();
    await page.getByRole('option', { name: 'Not answered' }).click();
    await expect(panel(page).getByRole('combobox', { name: `${name}: Not answered` })).toBeVisible();
  }
  await expect(panel(page).getByRole('textbox', { name: /^Skin.* required/ })).toBeVisible();
  await expectAccessible(page);
  await page.getByTestId('edit-save').click();
  await expect(page.getByText('Details saved.')).toBeVisible();
  expect((await stored(page, id)).answers.map(({ name }) => name)).toEqual(['Last heat', 'Skin']);
});

test('what was answered of a pet is of no other that comes instead, and comes back with it', async ({ page }) => {
  const id = await openAnswered(page);
  await page.getByTestId('visit-edit').click();
  const [pet, skin] = [page.getByTestId('edit-pet'), panel(page).getByRole('textbox', { name: /^Skin/ })];
  const choose = async (name: string) => {
    await pet.click();
    await page.getByRole('option', { name, exact: true }).click();
  };
  await choose('Zorro');
  await expect(skin).toHaveValue('');
  await expect(panel(page).getByRole('combobox', { name: 'Cut: Not answered' })).toBeVisible();
  await skin.fill('Fine');
  await choose('Txiki');
  await expect(skin).toHaveValue('Dry');
  await expect(panel(page).getByRole('combobox', { name: 'Cut: Long' })).toBeVisible();
  await choose('Zorro');
  await expect(skin).toHaveValue('Fine');
  await page.getByTestId('edit-save').click();
  await expect(page.getByText('Details saved.')).toBeVisible();
  const { pet_id, answers } = await stored(page, id);
  expect(pet_id).toBe('sibling');
  expect(answers).toEqual([{ name: 'Skin', field_type: 'long_text', value: 'Fine' }]);
});

test('who comes together on another day is told with the day', async ({ page }) => {
  const id = await openAnswered(page);
  await page.evaluate((own) => {
    window.petrelWorld!.elsewhere(['appointments'], ({ visits }) => {
      const visit = visits.find((each) => each.id === own)!;
      visit.group_id = 'family';
      const at = (starts_at: number) => ({ starts_at, ends_at: starts_at + 1_800_000 });
      visits.push({ ...visit, ...at(Date.parse('2026-11-20T16:00:00+01:00')), id: 'same-day' });
      visits.push({ ...visit, ...at(Date.parse('2026-11-24T09:30:00+01:00')), id: 'later' });
    });
  }, id);
  const family = panel(page)
    .getByRole('listitem')
    .filter({ has: page.getByTestId('visit-family') });
  await expect(family.first()).toContainText(/[^,\w]*16:00/);
  await expect(family.first()).not.toContainText('Fri');
  await expect(family.last()).toContainText(/Tue,? 0?9:30/);
});
