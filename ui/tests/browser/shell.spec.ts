import type { Page } from '@playwright/test';
import { askedOf, watchCommands } from './commands';
import { expect, expectAccessible, openDesk, test } from './desk';

for (const theme of ['light', 'dark'] as const) {
  test(`the shell has no accessibility violation (${theme})`, async ({ page }) => {
    await openDesk(page, '/#/attention', { theme });
    await expect(page.getByTestId('clinic-name')).toHaveText('Clínica Las Acacias');
    await expectAccessible(page);
    await page.keyboard.press('Control+k');
    await expect(page.getByTestId('palette-input')).toBeFocused();
    await expectAccessible(page);
  });
}

test('the palette goes where it is told by keyboard alone', async ({ page }) => {
  await openDesk(page, '/#/attention');
  await page.getByTestId('shell').waitFor();
  await page.keyboard.press('Control+k');
  await page.getByTestId('palette-input').fill('waitlist');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#\/waitlist$/);
});

test('search finds a client as one types and opens the page', async ({ page }) => {
  await openDesk(page, '/#/attention');
  await page.getByTestId('shell').waitFor();
  await page.keyboard.press('/');
  await expect(page.getByTestId('global-search')).toBeFocused();
  await page.keyboard.type('garcia');
  await expect(page.getByTestId('search-hit').first()).toContainText('García');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#\/(clients|pets)\//);
});

test('the same client can be looked up twice in a row', async ({ page }) => {
  await openDesk(page, '/#/attention');
  for (let round = 0; round < 2; round++) {
    await page.getByTestId('nav-attention').click();
    await page.getByTestId('global-search').fill('garcia');
    await page.getByTestId('search-hit').first().click();
    await expect(page).toHaveURL(/#\/(clients|pets)\//);
    await expect(page.getByTestId('global-search')).toHaveValue('');
  }
});

test('the program comes back on the screen it was left on', async ({ page }) => {
  await openDesk(page, '/#/attention');
  await page.getByTestId('nav-waitlist').click();
  await expect(page).toHaveURL(/#\/waitlist$/);
  const last = (): Promise<string | undefined> => page.evaluate(() => window.petrelWorld!.memory.desk.last_route);
  await expect.poll(last).toBe('"#/waitlist"');
});

for (const [left, on, url] of [
  ['on the same day', '2026-11-20', /\?view=week&date=2026-12-24#\/schedule$/],
  ['the day before, and then shows today', '2026-11-19', /\/\?view=week#\/schedule$/],
] as const) {
  test(`a schedule comes back as it was left ${left}`, async ({ page }) => {
    const desk = {
      last_route: JSON.stringify('?view=week&date=2026-12-24#/schedule'),
      last_route_on: JSON.stringify(on),
    };
    await openDesk(page, '/', { desk });
    await expect(page).toHaveURL(url);
  });
}

for (const [path, pane] of [
  ['/attention', '[data-testid="screen-attention"]'],
  ['/today', '[data-testid="lane-expected"] ul'],
  ['/settings/hours', '[data-testid="settings-pane"]'],
] as const) {
  test(`a screen comes back scrolled as it was left: ${path}`, async ({ page }) => {
    await page.setViewportSize({ width: 1280, height: 480 });
    await openDesk(page, `/#${path}`, { busy: 40 });
    const scrolled = () => page.locator(pane).evaluate((element) => element.scrollTop);
    const scroll = () => page.locator(pane).evaluate((element) => ((element.scrollTop = 120), element.scrollTop));
    await expect.poll(scroll).toBe(120);
    await page.getByTestId('nav-clients').click();
    await page.getByTestId('client-row').first().waitFor();
    await page.goBack();
    await expect.poll(scrolled).toBe(120);
  });
}

test('the way back is a button and a key, and leads to the screen as it was left', async ({ page }) => {
  await openDesk(page, '/#/clients');
  await page.getByTestId('client-row').first().waitFor();
  await page.getByTestId('clients-filter').fill('garcia');
  await expect(page).toHaveURL(/q=garcia/);
  await page.getByTestId('nav-today').click();
  await page.getByTestId('screen-today').waitFor();
  await page.getByTestId('back').click();
  await expect(page).toHaveURL(/q=garcia.*#\/clients/);
  await page.getByTestId('nav-today').click();
  await page.getByTestId('screen-today').waitFor();
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(page).toHaveURL(/q=garcia.*#\/clients/);
});

test('single keys do nothing while one types', async ({ page }) => {
  await openDesk(page, '/#/attention');
  await page.getByTestId('global-search').fill('c');
  await page.keyboard.press('c');
  await expect(page).toHaveURL(/#\/attention$/);
});

test('everything is said in Spanish', async ({ page }) => {
  await openDesk(page, '/#/attention', { language: 'es' });
  await expect(page.getByTestId('new-booking')).toHaveText('Nueva cita');
  await expect(page.locator('html')).toHaveAttribute('lang', 'es');
});

const searchIn = (page: Page, millis: number) =>
  page.evaluate((wait) => void (window.petrelWorld!.slow.search = wait), millis);

test('a chip’s number that is scanned opens its pet, however late the answer comes', async ({ page }) => {
  await openDesk(page, '/#/attention');
  const pet = await page.evaluate(() =>
    window.petrelWorld!.memory.pets.findLast(({ microchip, deceased_on }) => microchip && !deceased_on)!,
  );
  await page.keyboard.press('/');
  await expect(page.getByTestId('global-search')).toBeFocused();
  await searchIn(page, 60);
  await page.keyboard.type(pet.microchip!, { delay: 8 });
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#\/(clients|pets)\//);
  expect(page.url()).toContain(`#/pets/${pet.id}`);
  await expect(page.getByTestId('global-search')).toHaveValue('');
});

test('Enter takes the first hit of what is typed, after it was narrowed down, too', async ({ page }) => {
  await openDesk(page, '/#/attention');
  await page.keyboard.press('/');
  await expect(page.getByTestId('global-search')).toBeFocused();
  await page.keyboard.type('novak ');
  await expect(page.getByTestId('search-hit').first()).toContainText('Novak');
  const all = await page.getByTestId('search-hit').count();
  await page.keyboard.type('h');
  await expect.poll(() => page.getByTestId('search-hit').count()).toBeLessThan(all);
  await expect(page.getByTestId('search-hit').first()).toHaveAttribute('data-highlighted', '');
  const name = await page.getByTestId('search-hit').first().getAttribute('data-label');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('client-name')).toContainText(name!);
});

test('Enter with nothing found opens nobody, neither at once nor later', async ({ page }) => {
  await openDesk(page, '/#/attention');
  await page.keyboard.press('/');
  await expect(page.getByTestId('global-search')).toBeFocused();
  await page.keyboard.type('garcia');
  await expect(page.getByTestId('search-hit').first()).toContainText('García');
  await searchIn(page, 60);
  await page.keyboard.type(' zzz');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Nothing found')).toBeVisible();
  for (let back = 0; back < 4; back++) await page.keyboard.press('Backspace');
  await expect(page.getByTestId('search-hit').first()).toContainText('García');
  await expect(page).toHaveURL(/#\/attention$/);
});

test('Ctrl+Z takes nothing back behind a dialog; elsewhere it names what it took back, and offers it again', async ({
  page,
}) => {
  await openDesk(page, '/#/settings/services');
  const isActive = () => page.evaluate(() => window.petrelWorld!.memory.services[0]!.is_active);
  // Done at this desk, whenever and by whom.
  await page.evaluate(() =>
    window.petrelWorld!.write('save_service', ['services'], ({ services }) => (services[0]!.is_active = false)),
  );
  await watchCommands(page);
  await page.getByTestId('service-row').last().getByRole('button', { name: 'Edit' }).click();
  await page.getByTestId('service-dialog').getByRole('checkbox').last().focus();
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('service-dialog')).toHaveCount(0);
  expect(await askedOf(page, 'undo_offer')).toMatchObject({ times: 0 });
  expect(await isActive()).toBe(false);
  await page.keyboard.press('Control+z');
  const toast = page.locator('[data-sonner-toast]').filter({ hasText: 'Taken back: Service saved.' });
  await expect(toast).toBeVisible();
  expect(await isActive()).toBe(true);
  await toast.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(isActive).toBe(false);
});

test('a search that fails says why, and not that nothing was found', async ({ page }) => {
  await openDesk(page, '/#/attention');
  await watchCommands(page, { refused: { search: 'disk_trouble' } });
  await page.getByTestId('global-search').fill('garcia');
  await expect(page.getByText('The disk could not be read')).toBeVisible();
  await expect(page.getByText('Nothing found')).toHaveCount(0);
});

for (const [keys, part] of [
  ['Control+k', 'CommandPalette'],
  ['?', 'ShortcutSheet'],
] as const) {
  test(`what cannot be loaded says so: ${part}`, async ({ page }) => {
    await page.route(new RegExp(`${part}[^/]*\\.js`), (route) =>
      route.fulfill({ contentType: 'text/javascript', body: 'throw new Error("torn")' }),
    );
    await openDesk(page, '/#/attention');
    for (let times = 1; times <= 2; times++) {
      await page.keyboard.press(keys);
      await expect(page.locator('[data-sonner-toast][data-type="error"]')).toHaveCount(times);
    }
  });
}
