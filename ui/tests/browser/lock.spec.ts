import type { Page } from '@playwright/test';
import { askedOf, letGo, watchCommands } from './commands';
import { expect, openDesk, test, type DeskOptions } from './desk';
import { aPet } from './people';
import { movable } from './visits';

test('after another file took the clinic’s place nothing of the old one is shown', async ({ page }) => {
  await openDesk(page, '/#/clients');
  await expect(page.getByTestId('clients-count')).toHaveText('160 clients');
  await page.evaluate(() => {
    const world = window.petrelWorld!;
    const refusal = { code: 'corrupt' as const, field: null, limit: null, until: null, alternatives: [], detail: null };
    Object.assign(world.memory.app, { phase: { name: 'trouble', refusal }, staff: null });
    world.appStateChanged();
  });
  await page.getByRole('button', { name: 'Restore a backup' }).click();
  await page.evaluate(() => window.petrelWorld!.memory.clients.splice(100));
  await page.getByTestId('backup').first().click();
  await page.getByTestId('confirm-action').click();
  await page.getByTestId('sign-in-choice').filter({ hasText: 'Marc' }).click();
  await expect(page.getByTestId('clients-count')).toHaveText('100 clients');
});

test('who got a PIN while the desk was locked is asked for it', async ({ page }) => {
  await openDesk(page, '/', { phase: 'signed_out' });
  const marc = page.getByTestId('sign-in-choice').filter({ hasText: 'Marc' });
  await expect(marc).toBeVisible();
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['staff'], ({ staff, pins }) => {
      staff[1]!.has_pin = true;
      staff[1]!.first_name = 'Marcos';
      pins[staff[1]!.id] = '4321';
    }),
  );
  await expect(marc).toContainText('Marcos');
  await marc.click();
  await page.getByTestId('pin').fill('4321');
  await page.getByTestId('sign-in').click();
  await expect(page.getByTestId('shell')).toBeVisible();
});

test('a choice that wants a PIN nobody knew of asks for it', async ({ page }) => {
  await openDesk(page, '/', { phase: 'signed_out' });
  const marc = page.getByTestId('sign-in-choice').filter({ hasText: 'Marc' });
  await expect(marc).toBeVisible();
  // The word of the change has not come here yet.
  await page.evaluate(() => void (window.petrelWorld!.memory.staff[1]!.has_pin = true));
  await marc.click();
  await expect(page.getByTestId('pin')).toBeVisible();
  await expect(page.getByTestId('pin')).not.toHaveAttribute('aria-invalid', 'true');
});

/** The file of the clinic can be opened from now on; no word of it has come to the screens. */
const mend = (page: Page) =>
  page.evaluate(() => {
    const { memory } = window.petrelWorld!;
    Object.assign(memory.app, { clinic: memory.clinic, phase: { name: 'signed_out' } });
  });

const signIn = (page: Page) => page.getByTestId('sign-in-choice').filter({ hasText: 'Marc' }).click();

/** Ways out of a closed file into one that is open. */
const WAYS: Record<string, { phase: DeskOptions['phase']; open: (page: Page) => Promise<void> }> = {
  'the passphrase': {
    phase: 'needs_passphrase',
    open: async (page) => {
      await page.getByTestId('passphrase').fill('correct horse battery');
      await page.getByTestId('unlock').click();
    },
  },
  'another try': {
    phase: 'trouble',
    open: async (page) => {
      await mend(page);
      await page.getByTestId('retry').click();
    },
  },
  'word from the core': {
    phase: 'trouble',
    open: async (page) => {
      await mend(page);
      await page.evaluate(() => window.petrelWorld!.appStateChanged());
    },
  },
};

for (const [name, { phase, open }] of Object.entries(WAYS)) {
  test(`after ${name} the desk is on the screen that it was left on`, async ({ page }) => {
    const desk = { last_route: '"#/clients"', last_route_on: '"2026-11-20"' };
    await openDesk(page, '/', { phase, desk });
    await open(page);
    await signIn(page);
    await expect(page.getByTestId('screen-clients')).toBeVisible();
  });

  test(`after ${name} weights are those of the clinic’s region`, async ({ page }) => {
    await openDesk(page, '/', { phase, locale: 'en-US' });
    await open(page);
    await signIn(page);
    await expect(page.getByTestId('shell')).toBeVisible();
    await page.evaluate((to) => void (location.hash = to), `/pets/${await aPet(page, 'alerted')}`);
    await expect(page.getByTestId('screen-pet')).toContainText(/\d lb/);
  });

  test(`after ${name} the badge tells of the hub of the file that is open`, async ({ page }) => {
    await openDesk(page, '/', { phase, hub: 'online' });
    await page.evaluate(() => void (window.petrelWorld!.memory.hub.address = null));
    await open(page);
    await signIn(page);
    await expect(page.getByTestId('sync-badge')).toHaveAttribute('data-standing', 'alone');
  });
}

test('after a backup was restored the badge tells of its hub', async ({ page }) => {
  await openDesk(page, '/', { phase: 'trouble', hub: 'online' });
  await page.getByRole('button', { name: 'Restore a backup' }).click();
  await page.evaluate(() => void (window.petrelWorld!.memory.hub.address = null));
  await page.getByTestId('backup').first().click();
  await page.getByTestId('confirm-action').click();
  await signIn(page);
  await expect(page.getByTestId('sync-badge')).toHaveAttribute('data-standing', 'alone');
});

test('backups of another year say which, and their size as it is written here', async ({ page }) => {
  await openDesk(page, '/', { phase: 'trouble', language: 'es' });
  await page.getByRole('button', { name: 'Restaurar' }).click();
  await expect(page.getByTestId('backup').first()).toContainText('47,1');
  await expect(page.getByTestId('backup').first()).not.toContainText('2026');
  await expect(page.getByTestId('backup').last()).toContainText('2025');
});

test('a PIN that is sent twice counts as one try', async ({ page }) => {
  await openDesk(page, '/', { phase: 'signed_out' });
  await page.getByTestId('sign-in-choice').filter({ hasText: 'Carmen' }).click();
  await watchCommands(page, { held: ['sign_in'] });
  await page.getByTestId('pin').fill('1111');
  await page.getByTestId('pin').press('Enter');
  await page.getByTestId('sign-in').click();
  await letGo(page, 'sign_in');
  await expect(page.getByTestId('pin')).toHaveAttribute('aria-invalid', 'true');
  expect(await askedOf(page, 'sign_in')).toMatchObject({ times: 1 });
});

/** The core tells that the program stands elsewhere. */
const tell = (page: Page, name: 'signed_out' | 'revoked') =>
  page.evaluate((phase) => {
    const world = window.petrelWorld!;
    Object.assign(world.memory.app, { clinic: world.memory.clinic, phase: { name: phase }, staff: null });
    world.appStateChanged();
  }, name);

test('a file that was opened is shown once what it brings is there, whoever told of it', async ({ page }) => {
  await openDesk(page, '/', { phase: 'needs_passphrase' });
  await watchCommands(page, { held: ['sync_state'] });
  await tell(page, 'signed_out');
  await expect.poll(() => askedOf(page, 'sync_state')).toMatchObject({ times: 1 });
  await expect(page.getByTestId('screen-passphrase')).toBeVisible();
  await letGo(page, 'sync_state');
  await expect(page.getByTestId('sign-in-choice').first()).toBeVisible();
});

test('a lock waits for nothing', async ({ page }) => {
  await openDesk(page, '/');
  await watchCommands(page, { held: ['sync_state'] });
  await tell(page, 'signed_out');
  await expect(page.getByTestId('sign-in-choice').first()).toBeVisible();
  expect(await askedOf(page, 'sync_state')).toMatchObject({ times: 1 });
});

test('what the core tells while a file is taken up stays', async ({ page }) => {
  await openDesk(page, '/', { phase: 'needs_passphrase' });
  await watchCommands(page, { held: ['sync_state'] });
  await page.getByTestId('passphrase').fill('correct horse battery');
  await page.getByTestId('unlock').click();
  await expect.poll(() => askedOf(page, 'sync_state')).toMatchObject({ times: 1 });
  await tell(page, 'revoked');
  await expect(page.getByTestId('screen-revoked')).toBeVisible();
  await expect.poll(() => askedOf(page, 'sync_state')).toMatchObject({ times: 2 });
  // Both are taken up to the end.
  const { times } = await askedOf(page, 'app_state');
  await letGo(page, 'sync_state', 1);
  await letGo(page, 'sync_state');
  await expect.poll(() => askedOf(page, 'app_state')).toMatchObject({ times: times + 1 });
  await expect(page.getByTestId('screen-revoked')).toBeVisible();
});

test('a lock waits until the last words are kept', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  await page.getByTestId('new-booking').click();
  await watchCommands(page, { held: ['set_draft'] });
  await page.getByTestId('booking-reason').fill('Limps');
  await page.getByTestId('booking-reason').press('Control+l');
  await expect.poll(() => askedOf(page, 'set_draft')).toMatchObject({ times: 1 });
  expect(await askedOf(page, 'lock')).toMatchObject({ times: 0 });
  // Not for ever: it locks though nothing answers.
  await expect(page.getByTestId('sign-in-choice').first()).toBeVisible();
});

test('no notice outlives the lock', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  await page.locator(`[data-id="${await movable(page)}"]`).click();
  await page.getByTestId('visit-next').click();
  await expect(page.locator('[data-sonner-toast]')).toHaveCount(1);
  await page.locator('[data-sonner-toast]').hover();
  await page.keyboard.press('Control+l');
  await expect(page.getByTestId('sign-in-choice').first()).toBeVisible();
  // Held by the pointer it would stay.
  await expect(page.locator('[data-sonner-toast]')).toHaveCount(0, { timeout: 3000 });
});

test('backups that cannot be listed are not none', async ({ page }) => {
  await openDesk(page, '/', { phase: 'trouble' });
  await watchCommands(page, { refused: { list_backups: 'disk_trouble' } });
  await page.getByRole('button', { name: 'Restore a backup' }).click();
  await expect(page.getByTestId('error-state')).toContainText('The disk could not be read');
  await expect(page.getByText('No backups on this computer yet')).toHaveCount(0);
  await page.evaluate(() => (window.petrelCommands!.refused = {}));
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId('backup').first()).toBeVisible();
});
