import type { Page } from '@playwright/test';
import { watchCommands } from './commands';
import { expect, openDesk, test } from './desk';
import { movable, stored } from './visits';

const body = (page: Page) => page.getByTestId('notify-body');
const draft = (page: Page, key: string) => page.evaluate((name) => window.petrelWorld!.memory.drafts[name] ?? '', key);

async function openNotify(page: Page): Promise<void> {
  await page.getByTestId('visit-menu').click();
  await page.getByRole('menuitem', { name: 'Notify client' }).click();
}
async function openVisit(page: Page): Promise<string> {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await page.locator(`[data-id="${id}"]`).click();
  return id;
}

test('a message that is being typed is offered again after Escape, until it is sent', async ({ page }) => {
  const id = await openVisit(page);
  await openNotify(page);
  await body(page).fill('Please bring the papers.');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('notify-dialog')).toHaveCount(0);
  await openNotify(page);
  await page.getByTestId('draft-continue').click();
  await expect(body(page)).toHaveValue('Please bring the papers.');
  await page.getByTestId('notify-send').click();
  await expect(page.getByText('The message waits to be sent.')).toBeVisible();
  await expect.poll(() => draft(page, `notify:${id}`)).toBe('');
  await openNotify(page);
  await expect(body(page)).not.toHaveValue('Please bring the papers.');
  await expect(page.getByTestId('draft-notice')).toHaveCount(0);
});

test('what another notice offers to tell takes no text away that is being typed', async ({ page }) => {
  const id = await openVisit(page);
  await page.getByTestId('visit-move').click();
  await page.getByTestId('move-dialog').getByTestId('free-slot').first().click();
  await page.getByRole('button', { name: 'Notify client' }).waitFor();
  await openNotify(page);
  await body(page).fill('Please bring the papers.');
  await page.locator('[data-sonner-toast]').getByRole('button', { name: 'Notify client' }).click();
  await expect(body(page)).toHaveValue(/has moved to/);
  await page.getByTestId('draft-continue').click();
  await expect(body(page)).toHaveValue('Please bring the papers.');
  await expect.poll(() => draft(page, `notify:${id}`)).toContain('papers');
});

test('a reason for cancelling stays where that is refused, and after Escape', async ({ page }) => {
  const id = await openVisit(page);
  await watchCommands(page, { refused: { cancel_appointment: 'disk_full' } });
  await page.getByTestId('visit-cancel').click();
  await page.getByTestId('cancel-reason').fill('Moves to another town');
  await page.getByTestId('cancel-confirm').click();
  await expect(page.getByText('The disk is full')).toBeVisible();
  await expect(page.getByTestId('cancel-reason')).toHaveValue('Moves to another town');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('cancel-dialog')).toHaveCount(0);
  await page.evaluate(() => (window.petrelCommands!.refused = {}));
  await page.getByTestId('visit-cancel').click();
  await page.getByTestId('draft-continue').click();
  await page.getByTestId('cancel-confirm').click();
  await expect(page.getByText('visit was cancelled.')).toBeVisible();
  expect((await stored(page, id)).cancellation_reason).toBe('Moves to another town');
  await expect.poll(() => draft(page, `cancel:${id}`)).toBe('');
});
