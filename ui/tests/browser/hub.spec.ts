import type { Page } from '@playwright/test';
import { askedOf, watchCommands } from './commands';
import { expect, expectAccessible, openDesk, test } from './desk';
import { setHub } from './sync';

async function fill(page: Page, address: string, code: string): Promise<void> {
  await page.getByTestId('hub-address').fill(address);
  await page.getByTestId('hub-code').fill('');
  await page.getByTestId('hub-code').pressSequentially(code);
}

for (const theme of ['light', 'dark'] as const) {
  test(`no accessibility violation on the screens of the hub (${theme})`, async ({ page }) => {
    await openDesk(page, '/#/settings/sync', { theme, hub: 'online' });
    await expect(page.getByTestId('device')).toHaveCount(4);
    await expectAccessible(page);
    await page.getByTestId('let-in').click();
    await expect(page.getByTestId('device-code')).toBeVisible();
    await expectAccessible(page);
  });

  test(`no accessibility violation on connecting, joining and being removed (${theme})`, async ({ page }) => {
    await openDesk(page, '/#/settings/sync', { theme });
    await page.getByTestId('connect').click();
    await expect(page.locator('[aria-invalid="true"]').first()).toBeVisible();
    await expectAccessible(page);
  });

  test(`no accessibility violation on joining a clinic (${theme})`, async ({ page }) => {
    await openDesk(page, '/', { theme, phase: 'first_run' });
    await page.getByTestId('first-run-join').click();
    await expect(page.getByTestId('join-clinic')).toBeVisible();
    await expectAccessible(page);
  });
  test(`no accessibility violation on a join that is not finished (${theme})`, async ({ page }) => {
    const unfinishedJoin = { clinic_name: null, needs_passphrase: true };
    await openDesk(page, '/', { theme, phase: 'first_run', unfinishedJoin });
    await expect(page.getByTestId('unfinished-join')).toBeVisible();
    await expectAccessible(page);
  });

  test(`no accessibility violation on a desk that was removed (${theme})`, async ({ page }) => {
    await openDesk(page, '/', { theme, phase: 'revoked', hub: 'desk_revoked' });
    await expect(page.getByTestId('screen-revoked')).toBeVisible();
    await expectAccessible(page);
  });
}

/** Rows stop coming after the first ones, or come on. */
const hold = (page: Page, isHeld: boolean) =>
  page.evaluate((held) => {
    window.petrelWorld!.isHeld = held;
  }, isHeld);

/** How far it is was seen: it may go on. */
async function goesOn(page: Page, words: string): Promise<void> {
  await expect(page.getByTestId('hub-progress')).toContainText(words);
  await hold(page, false);
}

test('a desk joins a clinic by a code that is typed as it was read out', async ({ page }) => {
  await openDesk(page, '/', { phase: 'first_run' });
  await page.getByTestId('first-run-join').click();
  await fill(page, 'hub.acacias.example', 'abcd efgh jkmn');
  await expect(page.getByTestId('hub-code')).toHaveValue('ABCD-EFGH-JKMN');
  await expect(page.getByTestId('hub-desk-name')).not.toHaveValue('');
  await hold(page, true);
  await page.getByTestId('join-clinic').click();
  await goesOn(page, 'records so far');
  await expect(page.getByTestId('screen-lock')).toBeVisible();
  const address = await page.evaluate(() => window.petrelWorld!.memory.hub.address);
  expect(address).toBe('https://hub.acacias.example');
});

test('joining says what is wrong at its field, with the remedy', async ({ page }) => {
  await openDesk(page, '/', { phase: 'first_run' });
  await page.getByTestId('first-run-join').click();
  const cases: [address: string, code: string, field: string, text: string][] = [
    ['nowhere.example', 'abcdefghjkmn', 'hub-address', 'Check the address and the network'],
    ['hotel.example', 'abcdefghjkmn', 'hub-address', 'no Petrel hub'],
    ['expired.example', 'abcdefghjkmn', 'hub-address', 'certificate does not hold'],
    ['old.example', 'abcdefghjkmn', 'hub-address', 'must be updated first'],
    ['hub.example', '0000 0000 0000', 'hub-code', 'Ask for a new one'],
  ];
  for (const [address, code, field, text] of cases) {
    await fill(page, address, code);
    await page.getByTestId('join-clinic').click();
    const control = page.getByTestId(field);
    await expect(control).toHaveAttribute('aria-invalid', 'true');
    await expect(page.locator(`#${await control.getAttribute('aria-describedby')}`)).toContainText(text);
  }
  await fill(page, 'new.example', 'abcdefghjkmn');
  await page.getByTestId('join-clinic').click();
  await expect(page.getByTestId('join-problem')).toContainText('Update Petrel on this computer');
});

test('joining can be stopped, and goes on without another code', async ({ page }) => {
  await openDesk(page, '/', { phase: 'first_run' });
  await page.getByTestId('first-run-join').click();
  await fill(page, 'hub.acacias.example', 'abcdefghjkmn');
  await hold(page, true);
  await page.getByTestId('join-clinic').click();
  await page.getByTestId('hub-stop').click();
  await expect(page.getByTestId('unfinished-join')).toContainText('what has arrived is kept');
  await expect(page.getByTestId('join-problem')).toHaveText('Stopped.');
  await page.getByTestId('resume-join').click();
  await goesOn(page, 'records so far');
  await expect(page.getByTestId('screen-lock')).toBeVisible();
});

test('a join that is not finished is not given up unasked', async ({ page }) => {
  await openDesk(page, '/', { phase: 'first_run', unfinishedJoin: { clinic_name: null, needs_passphrase: false } });
  await watchCommands(page);
  await page.getByTestId('first-run-demo').click();
  await expect(page.getByTestId('confirm-dialog')).toContainText('What has arrived of it is discarded');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByTestId('unfinished-join')).toBeVisible();
  expect(await askedOf(page, 'create_demo_clinic')).toMatchObject({ times: 0 });
  await page.getByTestId('first-run-demo').click();
  await page.getByTestId('confirm-action').click();
  await expect.poll(() => askedOf(page, 'create_demo_clinic')).toMatchObject({ times: 1 });
});

test('a join that the end of the program cut off is offered on the first screen, or given up', async ({ page }) => {
  await openDesk(page, '/', { phase: 'first_run', unfinishedJoin: { clinic_name: null, needs_passphrase: true } });
  await page.getByTestId('resume-join').click();
  await expect(page.getByTestId('passphrase')).toHaveAttribute('aria-invalid', 'true');
  await page.getByTestId('passphrase').fill('something else');
  await page.getByTestId('resume-join').click();
  await expect(page.getByTestId('passphrase')).toHaveAttribute('aria-invalid', 'true');
  await page.getByTestId('passphrase').fill('correct horse battery');
  await page.getByTestId('resume-join').click();
  await expect(page.getByTestId('screen-lock')).toBeVisible();

  await openDesk(page, '/', {
    phase: 'first_run',
    unfinishedJoin: { clinic_name: 'Harbour Street Vets', needs_passphrase: false },
  });
  await expect(page.getByTestId('unfinished-join')).toContainText('Joining Harbour Street Vets is not finished');
  await page.getByTestId('discard-join').click();
  await expect(page.getByTestId('unfinished-join')).toBeHidden();
  await expect(page.getByTestId('first-run-join')).toBeVisible();
});

test('a sign typed into the middle of a code leaves the caret behind it', async ({ page }) => {
  await openDesk(page, '/', { phase: 'first_run' });
  await page.getByTestId('first-run-join').click();
  const code = page.getByTestId('hub-code');
  await code.fill('abcdfgh');
  await expect(code).toHaveValue('ABCD-FGH');
  await code.press('Home');
  for (let step = 0; step < 5; step++) await code.press('ArrowRight');
  await page.keyboard.type('ej');
  await expect(code).toHaveValue('ABCD-EJFG-H');
});

test('a clinic of this desk is taken to a hub, and one with other records is refused', async ({ page }) => {
  await openDesk(page, '/#/settings/sync');
  await fill(page, 'other.example', 'abcdefghjkmn');
  await page.getByTestId('connect').click();
  await expect(page.getByText('holds another clinic')).toBeVisible();
  await fill(page, 'hub.acacias.example', 'abcdefghjkmn');
  await page.getByTestId('connect').click();
  await expect(page.getByTestId('hub-at')).toHaveText('https://hub.acacias.example');
  await expect(page.getByTestId('sync-badge')).toHaveAttribute('data-standing', 'online');
});

test('another desk is let in by a code with its address and its time', async ({ page }) => {
  await openDesk(page, '/#/settings/sync', { hub: 'online' });
  await page.getByTestId('let-in').click();
  await expect(page.getByTestId('device-code')).toHaveText('ABCD-EFGH-JKMN');
  await expect(page.getByTestId('code-address')).toHaveText('https://hub.acacias.example');
  await expect(page.getByTestId('code-left')).toHaveText('Good for another 15:00 min');
  await page.clock.setFixedTime(Date.parse('2026-11-20T10:26:01+01:00'));
  await expect(page.getByTestId('code-left')).toHaveText('Good for another 0:59 min');
  await page.clock.setFixedTime(Date.parse('2026-11-20T10:28:00+01:00'));
  await expect(page.getByText('This code has expired.')).toBeVisible();
  await page.getByTestId('code-new').click();
  await expect(page.getByTestId('code-left')).toHaveText('Good for another 15:00 min');
});

test('a desk that joined with the code shows without being asked for', async ({ page }) => {
  await openDesk(page, '/#/settings/sync', { hub: 'online' });
  await page.getByTestId('let-in').click();
  await expect(page.getByTestId('device-code')).toBeVisible();
  await page.evaluate(() => {
    const { devices } = window.petrelWorld!.memory.hub;
    devices.push({ ...devices[1]!, id: crypto.randomUUID(), name: 'Laptop' });
  });
  await expect(page.getByTestId('device').filter({ hasText: 'Laptop' })).toHaveCount(1, { timeout: 20_000 });
  await expect(page.getByTestId('code-joined')).toHaveText('Laptop has joined.');
  await page.getByTestId('code-new').click();
  await expect(page.getByTestId('code-left')).toHaveText('Good for another 15:00 min');
  await expect(page.getByTestId('code-joined')).toHaveCount(0);
});

test('a device is removed only after it was asked, and never this one', async ({ page }) => {
  await openDesk(page, '/#/settings/sync', { hub: 'online' });
  const row = page.getByTestId('device').filter({ hasText: 'Grooming' });
  await expect(page.getByTestId('device').filter({ hasText: 'This desk' }).getByTestId('revoke')).toHaveCount(0);
  await row.getByTestId('revoke').click();
  await expect(page.getByTestId('confirm-dialog')).toContainText('cannot be undone');
  await page.getByTestId('confirm-action').click();
  await expect(row).toContainText('Removed');
});

test('offline the list of devices says so, and comes back by itself', async ({ page }) => {
  await openDesk(page, '/#/settings/sync', { hub: 'offline' });
  await expect(page.getByTestId('devices-offline')).toBeVisible();
  await setHub(page, 'online');
  await expect(page.getByTestId('device')).toHaveCount(4);
});

test('a desk is rebuilt with progress, and the rebuilding can be stopped', async ({ page }) => {
  await openDesk(page, '/#/settings/sync', { hub: 'online' });
  await hold(page, true);
  await page.getByTestId('rebuild').click();
  await page.getByTestId('hub-stop').click();
  await expect(page.getByTestId('rebuild-problem')).toHaveText('Stopped. Nothing was changed.');
  await page.getByTestId('rebuild').click();
  await goesOn(page, 'so far');
  await expect(page.getByText('This desk was rebuilt.')).toBeVisible();
});

test('leaving the hub is asked for and leaves the desk alone', async ({ page }) => {
  await openDesk(page, '/#/settings/sync', { hub: 'offline' });
  await page.getByTestId('leave-hub').click();
  await expect(page.getByTestId('confirm-dialog')).toContainText('3 changes were not sent');
  await page.getByTestId('confirm-action').click();
  await expect(page.getByTestId('sync-badge')).toHaveAttribute('data-standing', 'alone');
  await expect(page.getByTestId('connect-hub')).toBeVisible();
});

test('who may not manage the clinic sees how the hub stands, and no devices', async ({ page }) => {
  await openDesk(page, '/#/settings/sync', { hub: 'online', signedIn: 'front_desk' });
  await expect(page.getByTestId('hub-at')).toBeVisible();
  await expect(page.getByTestId('devices')).toHaveCount(0);
  await expect(page.getByText('Devices are managed by the owner')).toBeVisible();
});

test('a removed desk joins again with a code, or its file is set aside', async ({ page }) => {
  await openDesk(page, '/', { phase: 'revoked', hub: 'desk_revoked' });
  await expect(page.getByTestId('hub-address')).toHaveValue('https://hub.acacias.example');
  await page.getByTestId('hub-code').pressSequentially('abcdefghjkmn');
  await page.getByTestId('connect').click();
  await expect(page.getByTestId('screen-lock')).toBeVisible();
  await page.evaluate(() => {
    window.petrelWorld!.memory.app.phase = { name: 'revoked' };
    window.petrelWorld!.appStateChanged();
  });
  await page.getByTestId('set-aside').click();
  await expect(page.getByTestId('screen-first-run')).toBeVisible();
});
