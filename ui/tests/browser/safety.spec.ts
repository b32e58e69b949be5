import type { Page } from '@playwright/test';
import { askedOf, letGo, watchCommands } from './commands';
import { expect, expectAccessible, NOW, openDesk, test } from './desk';

const toast = (page: Page, text: string) => page.locator('[data-sonner-toast]').filter({ hasText: text });
const RECOVERY = 'nobody forgets Aunt Rosa';

test('the demo clinic is left from its badge, once it was said what happens', async ({ page }) => {
  await openDesk(page, '/', { app: { is_demo: true } });
  await page.getByTestId('state-area').click();
  await page.getByTestId('leave-demo').click();
  const dialog = page.getByTestId('leave-dialog');
  await expect(dialog).toContainText('set-aside');
  await expect(dialog).toContainText('Nothing is deleted.');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByTestId('shell')).toBeVisible();
  await page.getByTestId('state-area').click();
  await page.getByTestId('leave-demo').click();
  await page.getByTestId('confirm-leave').click();
  await expect(page.getByTestId('first-run-new')).toBeVisible();
  await expect(page.getByTestId('first-run-join')).toBeVisible();
});

test('the demo clinic is left from the settings, too', async ({ page }) => {
  await openDesk(page, '/#/settings/desk', { app: { is_demo: true } });
  await page.getByTestId('leave-clinic').click();
  await page.getByTestId('confirm-leave').click();
  await expect(page.getByTestId('screen-first-run')).toBeVisible();
});

test('a clinic is left by whoever manages it, who is told what becomes of it and of what was not sent', async ({
  page,
}) => {
  await openDesk(page, '/#/settings/desk', { hub: 'offline' });
  await page.getByTestId('leave-clinic').click();
  const dialog = page.getByTestId('leave-dialog');
  for (const said of [
    'A last backup',
    'clinic.petrel',
    'Restore a backup',
    '3 changes have not been sent',
    'other desks',
  ])
    await expect(dialog).toContainText(said);
  // Nothing happens by accident.
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await watchCommands(page, { refused: { leave_clinic: 'disk_full' } });
  await page.getByTestId('confirm-leave').click();
  await expect(dialog.getByRole('alert')).toContainText('The disk is full');
  await page.evaluate(() => (window.petrelCommands!.refused = {}));
  await page.getByTestId('confirm-leave').click();
  await expect(page.getByTestId('screen-first-run')).toBeVisible();
});

test('who does not manage the clinic cannot leave it, and only an owner touches its key', async ({ page }) => {
  await openDesk(page, '/#/settings/desk', { signedIn: 'front_desk' });
  await expect(page.getByTestId('set-recovery')).toBeDisabled();
  await expect(page.getByTestId('change-key')).toBeDisabled();
  await expect(page.getByTestId('choose-second')).toBeDisabled();
  await expect(page.getByText('Only an owner can change how the key is kept')).toBeVisible();
  await expect(page.getByTestId('leave-clinic')).toHaveCount(0);
});

test('an owner is reminded of the recovery passphrase, sets it, and is reminded no more', async ({ page }) => {
  await openDesk(page, '/', { app: { lacks_recovery: true } });
  await expect(page.getByTestId('state-area')).toContainText('Backups open only here');
  await page.getByTestId('state-area').click();
  await expect(page.getByTestId('recovery-reminder')).toBeVisible();
  await page.getByTestId('to-recovery').click();
  await expect(page.getByTestId('recovery-state')).toContainText('None is set');
  await page.getByTestId('set-recovery').click();
  const [first, again] = [page.getByTestId('recovery'), page.getByTestId('recovery-again')];
  await expect(first).toBeFocused();
  await first.fill('short');
  await again.fill('short');
  await page.getByTestId('save-recovery').click();
  await expect(first).toHaveAttribute('aria-invalid', 'true');
  await first.fill(RECOVERY);
  await again.fill('nobody forgets Uncle Rosa');
  await page.getByTestId('save-recovery').click();
  await expect(again).toHaveAttribute('aria-invalid', 'true');
  await expectAccessible(page);
  await again.fill(RECOVERY);
  await page.getByTestId('save-recovery').click();
  await expect(toast(page, 'Recovery passphrase set')).toBeVisible();
  await expect(page.getByTestId('recovery-state')).toContainText('One is set');
  await expect(page.getByTestId('set-recovery')).toHaveText('Change the recovery passphrase…');
  await expect(page.getByTestId('state-area')).toContainText('On this computer');
  expect(await page.evaluate(() => window.petrelWorld!.memory.recovery)).toBe(RECOVERY);
});

test('the reminder is sent away for good', async ({ page }) => {
  await openDesk(page, '/', { app: { lacks_recovery: true } });
  await page.getByTestId('state-area').click();
  await page.getByTestId('recovery-dismiss').click();
  await expect(page.getByTestId('recovery-reminder')).toHaveCount(0);
  expect(await page.evaluate(() => window.petrelWorld!.memory.desk.recovery_dismissed)).toBe('true');
});

test('who cannot set a recovery passphrase is not reminded of it', async ({ page }) => {
  await openDesk(page, '/', { app: { lacks_recovery: true }, signedIn: 'front_desk' });
  await expect(page.getByTestId('state-area')).toContainText('On this computer');
});

test('how the key is kept is changed by a dialog that asks for a new passphrase twice', async ({ page }) => {
  await openDesk(page, '/#/settings/desk');
  await page.getByTestId('change-key').click();
  await expect(page.getByTestId('key-keychain')).toBeChecked();
  await page.getByTestId('key-passphrase').check();
  await page.getByTestId('passphrase').fill('correct horse battery');
  await page.getByTestId('passphrase-again').fill('correct horse');
  await page.getByTestId('save-key').click();
  await expect(page.getByTestId('passphrase-again')).toHaveAttribute('aria-invalid', 'true');
  await page.getByTestId('passphrase-again').fill('correct horse battery');
  await watchCommands(page, { refused: { keep_key: 'read_only' } });
  await page.getByTestId('save-key').click();
  await expect(page.getByTestId('key-dialog').getByRole('alert')).toBeVisible();
  await page.evaluate(() => (window.petrelCommands!.refused = {}));
  await page.getByTestId('save-key').click();
  await expect(page.getByTestId('key-kept')).toContainText('Wrapped by your passphrase');
  await expect(page.getByTestId('key-dialog')).toHaveCount(0);
});

for (const [command, open] of [
  ['keep_key', 'change-key'],
  ['set_recovery_passphrase', 'set-recovery'],
] as const) {
  test(`while the key is at work its dialog stays, and nothing is sent beside it (${command})`, async ({ page }) => {
    await openDesk(page, '/#/settings/desk');
    await page.getByTestId(open).click();
    const dialog = page.getByRole('dialog');
    if (command === 'keep_key') await page.getByTestId('key-passphrase').check();
    for (const field of await dialog.locator('input[type="password"]').all()) await field.fill(RECOVERY);
    await watchCommands(page, { held: [command] });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => askedOf(page, command)).toMatchObject({ times: 1 });
    await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeDisabled();
    await expect(dialog.getByRole('button', { name: 'Close' })).toBeDisabled();
    await page.keyboard.press('Escape');
    await page.mouse.click(5, 5);
    await dialog.locator('input[type="password"]').last().press('Enter');
    await expect(dialog).toBeVisible();
    expect(await askedOf(page, command)).toMatchObject({ times: 1 });
    await letGo(page, command);
    await expect(dialog).toHaveCount(0);
  });
}

test('a second folder is chosen, says what lies there, and is let go', async ({ page }) => {
  await openDesk(page, '/#/settings/desk');
  await page.getByTestId('choose-second').click();
  await expect(page.getByTestId('second-state')).toContainText('/media/stick/petrel-backups');
  await expect(page.getByTestId('second-state')).toContainText('Last copy: backup of');
  await watchCommands(page, { refused: { set_second_folder: 'in_use' } });
  await page.getByTestId('choose-second').click();
  await expect(page.getByTestId('second-folder').getByRole('alert')).toContainText('another disk or drive');
  await page.evaluate(() => (window.petrelCommands!.refused = {}));
  await page.getByTestId('stop-second').click();
  await expect(page.getByTestId('second-state')).toHaveCount(0);
  await expect(toast(page, 'Those there are stay.')).toBeVisible();
});

test('a drive that is away is said calmly, with its folder and the last copy', async ({ page }) => {
  const problem = {
    code: 'file_unreadable' as const,
    field: null,
    limit: null,
    until: null,
    alternatives: [],
    detail: '',
  };
  const second_folder = { folder: '/media/stick/petrel-backups', last_copy_at: NOW - 90_000_000, problem };
  await openDesk(page, '/', { app: { second_folder } });
  await expect(page.getByTestId('state-area')).toContainText('Second folder away');
  await page.getByTestId('state-area').click();
  const said = page.getByTestId('second-state');
  await expect(said).toContainText('/media/stick/petrel-backups is not there now');
  await expect(said).toContainText('what is missing is copied when it is back');
  await expect(said.locator('.text-danger, .text-warn')).toHaveCount(0);
  // A drive that is full is there, and somebody has to make room.
  await page.evaluate(() => {
    const world = window.petrelWorld!;
    world.memory.app.second_folder!.problem!.code = 'disk_full';
    world.appStateChanged();
  });
  await expect(page.getByTestId('state-area')).toContainText('No second copy');
  await expect(said).toContainText('did not work: The disk is full.');
});

test('where the key is not on this computer, the recovery passphrase is asked for by its name', async ({ page }) => {
  await openDesk(page, '/', { phase: 'needs_recovery' });
  await expect(page.getByRole('heading', { name: 'The key of this clinic’s file is not here' })).toBeVisible();
  await page.getByLabel('Recovery passphrase').fill('something else entirely');
  await page.getByTestId('unlock').click();
  await expect(page.getByTestId('passphrase')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByTestId('retry')).toBeVisible();
  await expectAccessible(page);
  await page.getByTestId('passphrase').fill('correct horse battery');
  await page.getByTestId('passphrase').press('Enter');
  await expect(page.getByTestId('sign-in-choice').first()).toBeVisible();
});

test('where the passphrase of the file is asked for, the recovery passphrase opens it, too, where one is set', async ({
  page,
}) => {
  const screen = page.getByTestId('screen-passphrase');
  await openDesk(page, '/', { phase: 'needs_passphrase', app: { has_recovery: true, key_store: 'passphrase' } });
  await expect(page.getByLabel('Passphrase or recovery passphrase')).toBeFocused();
  await expect(screen).toContainText('The recovery passphrase opens this file, too.');
  await expect(screen).not.toContainText('Without the passphrase nobody');
  await expectAccessible(page);
  await page.evaluate((recovery) => (window.petrelWorld!.memory.recovery = recovery), RECOVERY);
  await page.getByTestId('passphrase').fill(RECOVERY);
  await page.getByTestId('passphrase').press('Enter');
  await expect(page.getByTestId('sign-in-choice').first()).toBeVisible();
});

test('where no recovery passphrase is set, none is spoken of', async ({ page }) => {
  await openDesk(page, '/', { phase: 'needs_passphrase', app: { key_store: 'passphrase' } });
  await expect(page.getByLabel('Passphrase', { exact: true })).toBeFocused();
  await expect(page.getByTestId('screen-passphrase')).toContainText(
    'Without the passphrase nobody can open this file.',
  );
});

const forget = async (page: Page, who: string) => {
  await page.getByTestId('sign-in-choice').filter({ hasText: who }).click();
  await page.getByTestId('forgot-pin').click();
};

test('an owner who forgot the PIN sets another by the recovery passphrase and is in', async ({ page }) => {
  await openDesk(page, '/', { phase: 'signed_out', app: { has_recovery: true } });
  await forget(page, 'Carmen');
  const passphrase = page.getByTestId('forgot-passphrase');
  await expect(passphrase).toBeFocused();
  await expect(page.getByLabel('Recovery passphrase')).toBeVisible();
  await passphrase.fill('something else entirely');
  await page.getByTestId('forgot-new').fill('8888');
  await page.getByTestId('forgot-new-again').fill('8889');
  await page.getByTestId('forgot-save').click();
  await expect(page.getByTestId('forgot-new-again')).toHaveAttribute('aria-invalid', 'true');
  await page.getByTestId('forgot-new-again').fill('8888');
  await page.getByTestId('forgot-save').click();
  await expect(page.getByTestId('forgot-dialog')).toContainText('That is not the passphrase. 4 tries before a pause.');
  await expect(passphrase).toBeFocused();
  await expectAccessible(page);
  await passphrase.fill('correct horse battery');
  await passphrase.press('Enter');
  await expect(page.getByTestId('shell')).toBeVisible();
  await page.keyboard.press('Control+l');
  await page.getByTestId('sign-in-choice').filter({ hasText: 'Carmen' }).click();
  await page.getByTestId('pin').fill('8888');
  await page.getByTestId('pin').press('Enter');
  await expect(page.getByTestId('shell')).toBeVisible();
});

test('wrong passphrases bring a pause, whose end is said', async ({ page }) => {
  await openDesk(page, '/', { phase: 'signed_out', app: { key_store: 'passphrase' } });
  await page.evaluate(() => void (window.petrelWorld!.memory.wrongPassphrases = 4));
  await forget(page, 'Carmen');
  await page.getByTestId('forgot-passphrase').fill('something else entirely');
  await page.getByTestId('forgot-new').fill('8888');
  await page.getByTestId('forgot-new-again').fill('8888');
  await page.getByTestId('forgot-save').click();
  await expect(page.getByTestId('forgot-dialog')).toContainText('Try again at 10:12');
});

test('where no passphrase helps, it is said who does', async ({ page }) => {
  await openDesk(page, '/', { phase: 'signed_out' });
  await page.evaluate(() => {
    const { staff, pins } = window.petrelWorld!.memory;
    staff[1]!.has_pin = true;
    pins[staff[1]!.id] = '4321';
    window.petrelWorld!.changed(['staff']);
  });
  await forget(page, 'Carmen');
  await expect(page.getByTestId('forgot-dialog')).toContainText('Another owner');
  await expect(page.getByTestId('forgot-dialog')).toContainText('No recovery passphrase was set on this desk');
  await expect(page.getByTestId('forgot-dialog')).toContainText('app.petrel.desk/clinic.petrel');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Back' }).click();
  await watchCommands(page);
  await forget(page, 'Marc');
  await expect(page.getByTestId('forgot-dialog')).toContainText('An owner or an administrator');
  expect(await askedOf(page, 'reset_pin')).toMatchObject({ times: 0 });
});

test('where two desks left no owner, whoever knows the passphrase makes one', async ({ page }) => {
  await openDesk(page, '/', { phase: 'signed_out', app: { has_recovery: true } });
  await page.evaluate(() => {
    const { staff } = window.petrelWorld!.memory;
    for (const person of staff) if (person.role === 'owner') person.role = 'veterinarian';
    window.petrelWorld!.changed(['staff']);
  });
  await forget(page, 'Carmen');
  await expect(page.getByTestId('forgot-dialog')).toContainText('The clinic has no owner any more.');
  await expect(page.getByTestId('forgot-passphrase')).toBeVisible();
});
