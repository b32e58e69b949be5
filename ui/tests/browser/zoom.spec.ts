import type { Page } from '@playwright/test';
import { askedOf, watchCommands } from './commands';
import { expect, expectAccessible, openDesk, test } from './desk';

/** How large the window was told to draw all of it, the last time; none where it was told nothing. */
const toldOf = async (page: Page) => (await askedOf(page, 'plugin:webview|set_webview_zoom')).last?.value;
const kept = (page: Page) => page.evaluate(() => window.petrelWorld!.memory.desk.zoom);

test('Ctrl with + and - draws the whole window larger and smaller, Ctrl+0 as usual, and the desk keeps it', async ({
  page,
}) => {
  await openDesk(page, '/#/schedule');
  const hour = () => page.getByTestId('board-body').evaluate((body) => body.style.getPropertyValue('--hour'));
  const before = await hour();
  await watchCommands(page);
  await page.keyboard.press('Control++');
  expect(await toldOf(page)).toBe(1.1);
  // Where + stands above =, and while one types.
  await page.getByTestId('global-search').focus();
  await page.keyboard.press('Control+=');
  expect(await toldOf(page)).toBe(1.25);
  for (let times = 0; times < 5; times++) await page.keyboard.press('Control++');
  expect(await toldOf(page)).toBe(2);
  expect(await kept(page)).toBe('200');
  await page.keyboard.press('Control+-');
  expect(await toldOf(page)).toBe(1.75);
  await page.keyboard.press('Control+0');
  expect(await toldOf(page)).toBe(1);
  expect(await kept(page)).toBe('100');
  for (let times = 0; times < 4; times++) await page.keyboard.press('Control+-');
  expect(await toldOf(page)).toBe(0.8);
  // The board's own keys are another thing.
  expect(await hour()).toBe(before);
  const told = await askedOf(page, 'plugin:webview|set_webview_zoom');
  await page.getByTestId('board').focus();
  await page.keyboard.press('+');
  await expect.poll(hour).not.toBe(before);
  expect(await askedOf(page, 'plugin:webview|set_webview_zoom')).toEqual(told);
});

test('the size is chosen in the settings and by the palette, too', async ({ page }) => {
  await openDesk(page, '/#/settings/desk');
  await watchCommands(page);
  await page.getByTestId('zoom').click();
  await page.getByRole('option', { name: '150%' }).click();
  expect(await toldOf(page)).toBe(1.5);
  await expect(page.getByTestId('zoom')).toHaveText('150%');
  await expectAccessible(page);
  await page.keyboard.press('Control+k');
  await page.getByTestId('palette-input').fill('larger');
  await expect(page.getByTestId('command-look.larger')).toContainText('Ctrl+');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('zoom')).toHaveText('175%');
  expect(await toldOf(page)).toBe(1.75);
});

test('before anybody has signed in, the window is as large as this desk was left, and the keys hold', async ({
  page,
}) => {
  await openDesk(page, '/', { phase: 'signed_out', desk: { zoom: '150' } });
  await expect(page.getByTestId('screen-lock')).toBeVisible();
  await watchCommands(page);
  await page.keyboard.press('Control+-');
  expect(await toldOf(page)).toBe(1.25);
});

for (const zoom of ['"large"', '1000', 'null']) {
  test(`what is kept and is no size is not taken up: ${zoom}`, async ({ page }) => {
    await openDesk(page, '/#/settings/desk', { desk: { zoom } });
    await expect(page.getByTestId('zoom')).toHaveText('100%');
  });
}
