import { expect, expectAccessible, openDesk, test } from './desk';
import { setHub } from './sync';

for (const theme of ['light', 'dark'] as const) {
  test(`no accessibility violation with the badge open, in trouble and out of it (${theme})`, async ({ page }) => {
    await openDesk(page, '/#/attention', { theme, hub: 'hub_certificate', clock: 90 });
    await page.getByTestId('sync-badge').click();
    await expect(page.getByTestId('sync-trouble')).toBeVisible();
    await expectAccessible(page);
    await setHub(page, 'online');
    await expect(page.getByTestId('sync-clock')).toBeVisible();
    await expectAccessible(page);
  });
}

test('a clinic without a hub works alone, and says how it would not', async ({ page }) => {
  await openDesk(page, '/#/today');
  const badge = page.getByTestId('sync-badge');
  await expect(badge).toHaveAttribute('data-standing', 'alone');
  // To be read, not for screen readers alone.
  expect((await badge.getByText('Works alone').boundingBox())!.width).toBeGreaterThan(40);
  await badge.click();
  await expect(page.getByTestId('sync-popover')).toContainText('works on this desk alone');
  await expect(page.getByTestId('sync-now')).toHaveCount(0);
  await page.getByTestId('sync-settings').click();
  await expect(page).toHaveURL(/#\/settings\/sync$/);
});

test('offline the badge says since when and what waits, and syncing sends it', async ({ page }) => {
  await openDesk(page, '/#/attention', { hub: 'offline' });
  const badge = page.getByTestId('sync-badge');
  await expect(badge).toContainText('Offline since Fri');
  await expect(page.getByTestId('sync-waiting')).toHaveText('3 changes wait');
  // Work goes on: a write is one more that waits.
  await page.getByRole('button', { name: 'Confirm' }).first().click();
  await expect(page.getByTestId('sync-waiting')).toHaveText('4 changes wait');
  await badge.click();
  await expect(page.getByTestId('sync-trouble')).toContainText('Work goes on');
  await expect(page.getByTestId('sync-to-send')).toHaveText('4');
  await page.evaluate(() => (window.petrelWorld!.memory.hub.standing = 'online'));
  await page.getByTestId('sync-now').click();
  await expect(page.getByTestId('sync-to-send')).toHaveText('Nothing');
  await expect(badge).toHaveAttribute('data-standing', 'online');
});

test('every trouble has a sentence of its own that says that work goes on or what is kept', async ({ page }) => {
  await openDesk(page, '/#/attention', { hub: 'online' });
  await page.getByTestId('sync-badge').click();
  const said = new Set<string>();
  for (const trouble of [
    'hub_unreachable',
    'hub_busy',
    'not_a_hub',
    'hub_certificate',
    'desk_revoked',
    'join_again',
    'hub_too_old',
    'desk_too_old',
    'behind_horizon',
    'other_clinic',
    'proxy_limit',
    'hub_problem',
    'file_trouble',
  ] as const) {
    await setHub(page, trouble);
    const text = await page.getByTestId('sync-trouble').innerText();
    expect(text).toMatch(/Work goes on|is kept/);
    said.add(text);
  }
  expect(said.size).toBe(13);
});

test('a wrong clock is told with what to do', async ({ page }) => {
  await openDesk(page, '/#/attention', { hub: 'online', clock: -90 });
  await expect(page.getByTestId('sync-badge')).toHaveText(/^\s*Clock wrong by 1 h 30 min\s*synced 10:1\d$/);
  await page.getByTestId('sync-badge').click();
  await expect(page.getByTestId('sync-clock')).toContainText('1 h 30 min ahead');
});

test('what changes is said politely, and what waits for a moment is not', async ({ page }) => {
  await openDesk(page, '/#/attention', { hub: 'online' });
  const spoken = page.getByTestId('sync-spoken');
  await expect(spoken).toHaveText('Connected with the other desks.');
  await page.evaluate(() => {
    window.petrelWorld!.memory.hub.waiting = 2;
    window.petrelWorld!.syncChanged();
  });
  await expect(page.getByTestId('sync-badge')).toHaveText(/^\s*2 changes wait\s*synced 10:1\d$/);
  await expect(spoken).toHaveText('Connected with the other desks.');
  await setHub(page, 'offline');
  await expect(spoken).toHaveText('Offline. Work goes on.');
});

test('connected, the bar says when desk and hub last agreed: the time, or the day, too, where it is another', async ({
  page,
}) => {
  await openDesk(page, '/#/today', { hub: 'online' });
  await expect(page.getByTestId('synced')).toHaveText(/^synced 10:1\d$/);
  expect((await page.getByTestId('synced').boundingBox())!.width).toBeGreaterThan(40);
  await page.evaluate(() => {
    window.petrelWorld!.memory.hub.last_sync_at = Date.parse('2026-11-18T16:05:00+01:00');
    window.petrelWorld!.syncChanged();
  });
  await expect(page.getByTestId('synced')).toHaveText(/^synced Wed,? 16:05$/);
});
