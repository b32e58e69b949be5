// The screens before and beside the work: no violation of WCAG on any of them, light or dark.
import { expect, expectAccessible, openDesk, test, type DeskOptions } from './desk';
import { watchCommands } from './commands';

/** What each trouble with the file is told by. */
const ADVICE = {
  corrupt: 'The file is damaged',
  file_busy: 'another',
  read_only: 'written',
  disk_full: 'Free some space',
  disk_trouble: 'disk',
  wrong_key: 'does not fit this file',
  newer_file: 'newer',
  keychain_unavailable: 'keychain',
  key_missing: 'key',
};

for (const theme of ['light', 'dark'] as const) {
  for (const [way, sign] of [
    ['new', 'create-clinic'],
    ['restore', 'backup'],
  ] as const) {
    test(`no accessibility violation on the first run: ${way} (${theme})`, async ({ page }) => {
      await openDesk(page, '/', { theme, phase: 'first_run' });
      await expectAccessible(page);
      await page.getByTestId(`first-run-${way}`).click();
      await expect(page.getByTestId(sign).first()).toBeVisible();
      await expectAccessible(page);
    });
  }

  test(`no accessibility violation on the first run: demo (${theme})`, async ({ page }) => {
    await openDesk(page, '/', { theme, phase: 'first_run' });
    await page.evaluate(() => void (window.petrelWorld!.isHeld = true));
    await page.getByTestId('first-run-demo').click();
    await expect(page.getByTestId('stop-demo')).toBeVisible();
    await expectAccessible(page);
  });

  for (const [phase, app] of [
    ['opening', {}],
    ['needs_passphrase', { has_recovery: true, key_store: 'passphrase' }],
    ['needs_recovery', {}],
  ] as [NonNullable<DeskOptions['phase']>, DeskOptions['app']][]) {
    test(`no accessibility violation before a clinic is open: ${phase} (${theme})`, async ({ page }) => {
      await openDesk(page, '/', { theme, phase, app });
      await expect(page.getByTestId(phase === 'opening' ? 'screen-opening' : 'screen-passphrase')).toBeVisible();
      await expectAccessible(page);
    });
  }

  for (const code of [
    'corrupt',
    'file_busy',
    'read_only',
    'disk_full',
    'disk_trouble',
    'wrong_key',
    'newer_file',
    'keychain_unavailable',
    'key_missing',
  ] as const) {
    test(`no accessibility violation in trouble: ${code} (${theme})`, async ({ page }) => {
      const refusal = { code, field: null, limit: null, until: null, alternatives: [], detail: null };
      await openDesk(page, '/', { theme, app: { phase: { name: 'trouble', refusal }, clinic: null, staff: null } });
      const screen = page.getByTestId('screen-trouble');
      await expect(screen).toContainText(ADVICE[code]);
      await expectAccessible(page);
    });
  }

  test(`no accessibility violation on an import, from the file to the report (${theme})`, async ({ page }) => {
    await openDesk(page, '/#/import', { theme });
    await expect(page.getByTestId('choose-csv')).toBeVisible();
    await expectAccessible(page);
    await page.getByTestId('choose-csv').click();
    await expect(page.getByTestId('import-summary')).toBeVisible();
    await expectAccessible(page);
    await page.getByTestId('run-import').click();
    await expect(page.getByTestId('import-done')).toBeVisible();
    await expectAccessible(page);
    await watchCommands(page, { held: ['undo'] });
    await page.getByTestId('undo-import').click();
    await expect(page.getByTestId('undoing-import')).toBeVisible();
    await expectAccessible(page);
  });

  test(`no accessibility violation where an address leads nowhere (${theme})`, async ({ page }) => {
    await openDesk(page, '/#/nowhere/at-all', { theme });
    await expect(page.getByText('There is nothing here')).toBeVisible();
    await expectAccessible(page);
  });
}
