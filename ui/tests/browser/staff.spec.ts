import type { Page } from '@playwright/test';
import { askedOf, watchCommands } from './commands';
import { expect, expectAccessible, openDesk, test } from './desk';

const row = (page: Page, name: string) => page.getByTestId('staff-row').filter({ hasText: name });
const dialog = (page: Page, which: 'staff' | 'service' | 'pin') => page.getByTestId(`${which}-dialog`);
const memory = (page: Page) => page.evaluate(() => window.petrelWorld!.memory);

/** Somebody of the clinic is something else from now on. */
const change = (page: Page, index: number, to: { role?: 'owner' | 'admin'; is_active?: boolean; has_pin?: boolean }) =>
  page.evaluate(
    ([which, wanted]) =>
      window.petrelWorld!.elsewhere(['staff'], ({ staff }) => void Object.assign(staff[which]!, wanted)),
    [index, to] as const,
  );

for (const theme of ['light', 'dark'] as const)
  test(`an owner or administrator without a PIN is warned of, with the way out beside it (${theme})`, async ({
    page,
  }) => {
    await openDesk(page, '/#/settings/staff', { theme });
    await row(page, 'Marc').waitFor();
    await expect(page.getByTestId('unprotected')).toHaveCount(0);
    await change(page, 1, { role: 'admin' });
    const warning = row(page, 'Marc').getByTestId('unprotected');
    await expect(warning).toHaveText('No PIN: anybody can sign in');
    await expect(warning.locator('svg')).toBeVisible();
    await expect(page.getByTestId('unprotected')).toHaveCount(1);
    await expectAccessible(page);
    await row(page, 'Marc').getByRole('button', { name: 'Set PIN' }).click();
    await expect(dialog(page, 'pin')).toContainText('Without a PIN anybody can sign in as Marc Vidal');
    await page.getByTestId('new-pin').fill('2468');
    await page.getByTestId('new-pin-again').fill('2468');
    await page.getByTestId('save-pin').click();
    await expect(warning).toHaveCount(0);
    await expect(row(page, 'Marc')).toContainText('PIN set');
  });

test('who is alone at the clinic is warned of nothing', async ({ page }) => {
  await openDesk(page, '/#/settings/staff');
  await row(page, 'Carmen').waitFor();
  await change(page, 0, { has_pin: false });
  await expect(row(page, 'Carmen').getByTestId('unprotected')).toBeVisible();
  for (const index of [1, 2, 3, 4, 5]) await change(page, index, { is_active: false });
  await expect(row(page, 'Carmen').getByTestId('unprotected')).toHaveCount(0);
  await expect(row(page, 'Carmen')).toContainText('no PIN');
});

test('a PIN is asked for as soon as an administrator is added, and for nobody else', async ({ page }) => {
  await openDesk(page, '/#/settings/staff');
  const add = async (name: string, role?: string) => {
    await page.getByTestId('new-staff').click();
    await page.getByTestId('staff-first').fill(name);
    if (role) {
      await dialog(page, 'staff').getByLabel('Role').click();
      await page.getByRole('option', { name: role }).click();
    }
    await page.getByTestId('save-staff').click();
    await expect(dialog(page, 'staff')).toHaveCount(0);
    await row(page, name).waitFor();
  };
  await add('Vera');
  await expect(dialog(page, 'pin')).toHaveCount(0);
  await add('Nil', 'Administrator');
  await expect(dialog(page, 'pin')).toContainText('sign in as Nil');
  await expect(page.getByTestId('new-pin')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(dialog(page, 'pin')).toHaveCount(0);
  await expect(row(page, 'Nil').getByTestId('unprotected')).toBeVisible();
  await add('Ona', 'Owner');
  await page.getByTestId('new-pin').fill('2468');
  await page.getByTestId('new-pin-again').fill('2468');
  await page.getByTestId('save-pin').click();
  await expect(row(page, 'Ona')).toContainText('PIN set');
});

test('a new colleague begins as the clinic’s others are, in a colour of their own', async ({ page }) => {
  await openDesk(page, '/#/settings/desk');
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['services'], ({ services }) => {
      for (const service of services) service.is_active = service.kind === 'grooming';
    }),
  );
  // From the palette straight to the form: what it begins with was not read before.
  await page.keyboard.press('Control+k');
  await page.keyboard.type('New colleague');
  await page.keyboard.press('Enter');
  await expect(dialog(page, 'staff').getByLabel('Role')).toContainText('Groomer');
  await page.getByTestId('staff-first').fill('Vera');
  await page.getByTestId('save-staff').click();
  await row(page, 'Vera').waitFor();
  const { staff } = await memory(page);
  expect(staff.at(-1)).toMatchObject({ first_name: 'Vera', role: 'groomer', color: '#c0392b' });
});

test('a new service begins as most of the others are', async ({ page }) => {
  await openDesk(page, '/#/settings/services');
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['services'], (kept) => {
      kept.services = kept.services.filter(({ name, kind }) => kind === 'grooming' || name === 'Vaccination');
    }),
  );
  await expect(page.getByTestId('service-row')).toHaveCount(3);
  await page.getByTestId('new-service').click();
  await page.getByTestId('service-name').fill('Wash and dry');
  await expect(dialog(page, 'service').getByLabel('Kind')).toContainText('Grooming');
  await page.getByTestId('save-service').click();
  await expect(dialog(page, 'service')).toHaveCount(0);
  const made = (await memory(page)).services.at(-1);
  expect(made).toMatchObject({ name: 'Wash and dry', kind: 'grooming', staff_roles: ['groomer', 'technician'] });
});

test('what visits keep from being deleted says how many, and is ended by the box that it names', async ({ page }) => {
  await openDesk(page, '/#/settings/staff');
  const { staff, services, visits } = await memory(page);
  await row(page, 'Marc').getByRole('button', { name: 'Edit' }).click();
  await dialog(page, 'staff').getByRole('button', { name: 'Delete' }).click();
  const own = visits.filter(({ staff_id }) => staff_id === staff[1]!.id).length;
  await expect(dialog(page, 'staff').getByRole('alert')).toContainText(`This colleague has ${own} visits`);
  await expect(dialog(page, 'staff').getByRole('alert')).toContainText('Untick “Works here now”');
  await dialog(page, 'staff').getByLabel('Works here now').uncheck();
  await page.getByTestId('save-staff').click();
  await expect(dialog(page, 'staff')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(row(page, 'Marc')).toContainText('inactive');

  await page.getByTestId('settings-services').click();
  await page.getByTestId('service-row').first().getByRole('button', { name: 'Edit' }).click();
  await dialog(page, 'service').getByRole('button', { name: 'Delete' }).click();
  const of = visits.filter(({ service_id }) => service_id === services[0]!.id).length;
  // It is seen wherever the long form stands.
  await expect(dialog(page, 'service').getByRole('alert')).toBeInViewport();
  await expect(dialog(page, 'service').getByRole('alert')).toContainText(`${of} visits are of this service`);
  await dialog(page, 'service').getByLabel('Offered now').uncheck();
  await page.getByTestId('save-service').click();
  await expect(page.getByTestId('service-row').first()).toContainText('inactive');
});

test('a question that is empty, said twice or without choices is refused at its place', async ({ page }) => {
  await openDesk(page, '/#/settings/services');
  await page.getByTestId('service-row').first().getByRole('button', { name: 'Edit' }).click();
  await watchCommands(page);
  const [question, save] = [page.getByTestId('question'), page.getByTestId('save-service')];
  for (let count = 0; count < 2; count++) await page.getByRole('button', { name: 'Add a question' }).click();
  await question.first().fill('Fasting?');
  await expect(question.last()).not.toHaveAttribute('aria-invalid', 'true');
  await save.click();
  await expect(question.last()).toBeFocused();
  await expect(question.last()).toHaveAttribute('aria-invalid', 'true');
  await expect(dialog(page, 'service').getByRole('alert')).toHaveText(['Question must be filled in.']);
  await expect(page.getByTestId('service-name')).not.toHaveAttribute('aria-invalid', 'true');
  await expectAccessible(page);
  await question.last().fill('fasting?');
  await expect(dialog(page, 'service').getByRole('alert')).toHaveText(['Another question says the same.']);
  await question.last().fill('Cut');
  await expect(dialog(page, 'service').getByRole('alert')).toHaveCount(0);
  await dialog(page, 'service')
    .getByRole('combobox', { name: /^Answer/ })
    .last()
    .click();
  await page.getByRole('option', { name: 'Choice' }).click();
  await save.click();
  await expect(page.getByTestId('question-choices')).toBeFocused();
  expect(await askedOf(page, 'save_service')).toMatchObject({ times: 0 });
  await page.getByTestId('question-choices').fill('Short, Teddy');
  await save.click();
  await expect(dialog(page, 'service')).toHaveCount(0);
  expect((await memory(page)).services[0]!.form_fields).toMatchObject([
    { name: 'Fasting?' },
    { name: 'Cut', choices: ['Short', 'Teddy'] },
  ]);
});

test('what the core refuses of a service has the focus where it is said', async ({ page }) => {
  await openDesk(page, '/#/settings/services');
  await page.getByTestId('new-service').click();
  await page.getByTestId('save-service').click();
  await expect(page.getByTestId('service-name')).toBeFocused();
  await expect(page.getByTestId('service-name')).toHaveAttribute('aria-invalid', 'true');
  await watchCommands(page, { refused: { create_service: { code: 'too_long', field: 'form_fields.name' } } });
  await page.getByTestId('save-service').click();
  await expect(dialog(page, 'service').getByRole('alert')).toContainText('Question may have');
});
