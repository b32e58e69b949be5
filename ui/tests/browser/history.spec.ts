import { expect, expectAccessible, openDesk, test, type DeskOptions } from './desk';
import type { Page } from '@playwright/test';
import { setHub } from './sync';

/** Opens the history of the first client, from the menu of the page. */
async function openHistory(page: Page, options: DeskOptions): Promise<void> {
  await openDesk(page, '/#/clients', options);
  const id = await page.evaluate(() => window.petrelWorld!.memory.clients[0]!.id);
  await page.goto(`/#/clients/${id}`);
  await page
    .getByTestId('screen-client')
    .getByRole('button', { name: options.language === 'es' ? 'Más' : 'More' })
    .click();
  await page.getByTestId('history').click();
  await expect(page.getByTestId('history-dialog')).toBeVisible();
}

for (const theme of ['light', 'dark'] as const) {
  test(`no accessibility violation on a history (${theme})`, async ({ page }) => {
    await openHistory(page, { theme, hub: 'online' });
    await expect(page.getByTestId('history-entry')).toHaveCount(4);
    await expectAccessible(page);
  });
}

test('a history says who, at which desk, what, what lost and what the hub did', async ({ page }) => {
  await openHistory(page, { hub: 'online' });
  const entries = page.getByTestId('history-entry');
  await expect(entries.nth(0)).toContainText('Brought back');
  await expect(entries.nth(0)).toContainText('The hub itself');
  await expect(entries.nth(1)).toContainText('Client deleted');
  await expect(entries.nth(2)).toContainText('Marc Vidal at Consulting room 1');
  await expect(entries.nth(2).getByTestId('history-lost')).toHaveText(/Did not stand:\s*Phone\s*\+34600000000/);
  await expect(entries.nth(3)).toContainText('Client added');
  await expect(entries.nth(3)).not.toContainText('created');
});

test('while the hub is away a history is what was done at this desk, and says so', async ({ page }) => {
  await openHistory(page, { hub: 'offline' });
  await expect(page.getByTestId('history-offline')).toContainText('what was done at this desk');
  const entries = page.getByTestId('history-entry');
  await expect(entries).toHaveCount(2);
  await expect(entries.nth(0)).toContainText('Client deleted');
  await expect(entries.nth(1)).toContainText('Client added');
  await expect(entries.nth(1)).not.toContainText('Front desk');
  await expectAccessible(page);
  await setHub(page, 'online');
  await expect(entries).toHaveCount(4);
  await expect(page.getByTestId('history-offline')).toHaveCount(0);
  await page.evaluate(() => {
    window.petrelWorld!.memory.hub.history = {};
    window.petrelWorld!.changed(['clients']);
  });
  await expect(page.getByTestId('history-empty')).toContainText('reached the hub');
});

test('a clinic on one desk has a history, too', async ({ page }) => {
  await openHistory(page, {});
  await expect(page.getByTestId('history-entry')).toHaveCount(2);
  await expect(page.getByTestId('history-offline')).toHaveCount(0);
  await page.evaluate(() => {
    window.petrelWorld!.memory.hub.history = {};
    window.petrelWorld!.changed(['clients']);
  });
  await expect(page.getByTestId('history-empty')).toContainText('at this desk from now on');
});

test('what is older of a long history is shown when asked for', async ({ page }) => {
  await openHistory(page, { hub: 'online' });
  const entries = page.getByTestId('history-entry');
  await expect(entries).toHaveCount(4);
  await expect(page.getByTestId('older-history')).toHaveCount(0);
  await page.evaluate(() => {
    const { history } = window.petrelWorld!.memory.hub;
    const [key, [newest]] = Object.entries(history)[0]! as [string, (typeof history)[string]];
    history[key] = Array.from({ length: 50 }, (_, index) => ({ ...newest!, seq: `${480_000_000_001_000 + index}` }));
    window.petrelWorld!.changed(['clients']);
  });
  await expect(entries).toHaveCount(20);
  await page.getByTestId('older-history').click();
  await expect(entries).toHaveCount(40);
  await page.getByTestId('older-history').click();
  await expect(entries).toHaveCount(50);
  await expect(page.getByTestId('older-history')).toHaveCount(0);
});

test('the history of a pet and of a visit opens from their menus', async ({ page }) => {
  await openDesk(page, '/#/clients', { hub: 'online' });
  const [pet, visit] = await page.evaluate(() => {
    const { pets, visits } = window.petrelWorld!.memory;
    return [pets[0]!.id, visits[0]!];
  });
  await page.goto(`/#/pets/${pet}`);
  await page.getByTestId('screen-pet').getByRole('button', { name: 'More' }).click();
  await page.getByTestId('history').click();
  await expect(page.getByTestId('history-entry')).toContainText('Neutered');
  await page.keyboard.press('Escape');
  const date = new Date(visit.starts_at).toISOString().slice(0, 10);
  await page.goto(`/?date=${date}&visit=${visit.id}#/schedule`);
  await page.getByTestId('visit-menu').click();
  await page.getByTestId('history').click();
  await expect(page.getByTestId('history-entry')).toContainText('Visit moved');
  await expect(page.getByTestId('history-entry')).toContainText('Confirmed');
});

test('the histories of the clinic’s set-up and of the waitlist open from their rows', async ({ page }) => {
  await openDesk(page, '/#/settings/staff', { hub: 'online' });
  const entry = page.getByTestId('history-entry');
  const rows = { staff: page.getByTestId('staff-row').nth(1), services: page.getByTestId('service-row').first() };
  await rows.staff.getByTestId('history-of').click();
  await expect(entry).toContainText('Veterinarian');
  await page.keyboard.press('Escape');
  await page.getByTestId('settings-services').click();
  await rows.services.getByTestId('history-of').click();
  await expect(entry).toContainText(/Who does it\s*Veterinarian, Technician/);
  await expect(entry).toContainText('Fasted?');
  await expect(entry).not.toContainText('field_type');
  await page.keyboard.press('Escape');
  await page.getByTestId('settings-clinic').click();
  await page.getByTestId('save-clinic').waitFor();
  await page.getByTestId('history-of').click();
  await expect(entry).toContainText('Clinic made');
  await expect(entry).not.toContainText('free');
  await page.keyboard.press('Escape');
  await page.getByTestId('nav-waitlist').click();
  await page.getByTestId('screen-waitlist').waitFor();
  const name = await page.evaluate(() => window.petrelWorld!.memory.waitlist[0]!.client_name);
  await page.getByTestId('waitlist-entry').filter({ hasText: name }).first().getByTestId('entry-more').click();
  await page.getByTestId('history').click();
  await expect(entry).toContainText(/Priority\s*Urgent/);
});
