import type { Page } from '@playwright/test';
import { openDesk, test, type DeskOptions } from './desk';
import { aClient, aPet } from './people';

/** A screen, and what shows that it is there. A path may need to look into the clinic first. */
interface Screen {
  name: string;
  path: string | ((page: Page) => Promise<string>);
  wait: string;
  options?: DeskOptions;
  /** What is done on it before the picture is taken. */
  act?: (page: Page) => Promise<void>;
}

const SCREENS: Screen[] = [
  { name: 'schedule-day', path: '/#/schedule', wait: 'visit' },
  { name: 'schedule-week', path: '/?view=week&staff=all#/schedule', wait: 'visit' },
  { name: 'schedule-month', path: '/?view=month#/schedule', wait: 'month' },
  { name: 'booking', path: '/?book=new#/schedule', wait: 'booking-search' },
  {
    name: 'visit',
    path: '/#/schedule',
    wait: 'visit',
    act: async (page) => {
      await page.locator('[data-testid="visit"][data-status="reminded"]').first().click();
      await page.getByTestId('visit-next').waitFor();
    },
  },
  { name: 'today', path: '/#/today', wait: 'today-card' },
  { name: 'clients', path: '/#/clients', wait: 'client-row' },
  { name: 'clients-none', path: '/?q=zzzz#/clients', wait: 'clients-none' },
  { name: 'client-new', path: '/?new=1#/clients', wait: 'client-dialog' },
  { name: 'client', path: async (page) => `/#/clients/${await aClient(page, 'family')}`, wait: 'client-name' },
  { name: 'client-quiet', path: async (page) => `/#/clients/${await aClient(page, 'quiet')}`, wait: 'client-name' },
  { name: 'pet', path: async (page) => `/#/pets/${await aPet(page, 'alerted')}`, wait: 'screen-pet' },
  { name: 'pet-deceased', path: async (page) => `/#/pets/${await aPet(page, 'deceased')}`, wait: 'screen-pet' },
  {
    name: 'pet-edit',
    path: async (page) => `/#/pets/${await aPet(page, 'alerted')}`,
    wait: 'edit-pet',
    act: async (page) => {
      await page.getByTestId('edit-pet').click();
      await page.getByTestId('pet-dialog').waitFor();
    },
  },
  { name: 'waitlist', path: '/#/waitlist', wait: 'waitlist-entry' },
  {
    name: 'waitlist-times',
    path: '/#/waitlist',
    wait: 'waitlist-entry',
    act: async (page) => {
      await page.getByTestId('find-times').nth(1).click();
      await page.getByTestId('free-slot').first().waitFor();
    },
  },
  {
    name: 'pet-death',
    path: async (page) => `/#/pets/${await aPet(page, 'alerted')}`,
    wait: 'pet-more',
    act: async (page) => {
      await page.getByTestId('pet-more').click();
      await page.getByTestId('record-death').click();
      await page.getByTestId('death-dialog').waitFor();
    },
  },
  {
    name: 'waitlist-add',
    path: '/#/waitlist',
    wait: 'add-to-waitlist',
    act: async (page) => {
      await page.getByTestId('add-to-waitlist').click();
      await page.getByTestId('waitlist-dialog').waitFor();
    },
  },
  { name: 'attention', path: '/#/attention', wait: 'screen-attention' },
  { name: 'import', path: '/#/import', wait: 'screen-import' },
  ...[
    ['clinic', 'save-clinic'],
    ['staff', 'staff-row'],
    ['services', 'service-row'],
    ['hours', 'save-hours'],
    ['desk', 'language'],
    ['data', 'back-up-now'],
    ['done', 'done-section'],
  ].map(([section, wait]) => ({ name: `settings-${section}`, path: `/#/settings/${section}`, wait: wait! })),
  { name: 'first-run', path: '/', wait: 'screen-first-run', options: { phase: 'first_run' } },
  {
    name: 'first-run-new',
    path: '/',
    wait: 'screen-first-run',
    options: { phase: 'first_run' },
    act: async (page) => {
      await page.getByTestId('first-run-new').click();
      await page.getByTestId('create-clinic').waitFor();
    },
  },
  {
    name: 'first-run-join',
    path: '/',
    wait: 'screen-first-run',
    options: { phase: 'first_run' },
    act: async (page) => {
      await page.getByTestId('first-run-join').click();
      await page.getByTestId('join-clinic').waitFor();
    },
  },
  {
    name: 'first-run-unfinished',
    path: '/',
    wait: 'unfinished-join',
    options: { phase: 'first_run', unfinishedJoin: { clinic_name: 'Harbour Street Vets', needs_passphrase: true } },
  },
  { name: 'revoked', path: '/', wait: 'screen-revoked', options: { phase: 'revoked', hub: 'desk_revoked' } },
  { name: 'settings-sync-alone', path: '/#/settings/sync', wait: 'connect-hub' },
  { name: 'settings-sync', path: '/#/settings/sync', wait: 'device', options: { hub: 'online' } },
  { name: 'settings-sync-offline', path: '/#/settings/sync', wait: 'devices-offline', options: { hub: 'offline' } },
  {
    name: 'device-code',
    path: '/#/settings/sync',
    wait: 'device',
    options: { hub: 'online' },
    act: async (page) => {
      await page.getByTestId('let-in').click();
      await page.getByTestId('device-code').waitFor();
    },
  },
  {
    name: 'sync-popover',
    path: '/#/today',
    wait: 'screen-today',
    options: { hub: 'offline' },
    act: async (page) => {
      await page.getByTestId('sync-badge').click();
      await page.getByTestId('sync-popover').waitFor();
    },
  },
  { name: 'attention-hub', path: '/#/attention', wait: 'clash', options: { hub: 'online', conflicts: true } },
  {
    name: 'history',
    path: async (page) => `/#/clients/${await aClient(page, 'family')}`,
    wait: 'client-name',
    options: { hub: 'online' },
    act: async (page) => {
      await page.getByTestId('client-more').click();
      await page.getByTestId('history').click();
      await page.getByTestId('history-dialog').waitFor();
    },
  },
  { name: 'sign-in', path: '/', wait: 'screen-lock', options: { phase: 'signed_out' } },
  { name: 'opening', path: '/', wait: 'screen-opening', options: { phase: 'opening' } },
  { name: 'trouble', path: '/', wait: 'screen-trouble', options: { phase: 'trouble' } },
];

const SIZES = [
  { of: '1366', width: 1366, height: 768 },
  // 200 % zoom of the same window.
  { of: 'zoomed', width: 683, height: 384 },
];

/** A picture of each screen, to be looked at: `npm run screenshots` writes them to test-results/screens. */
for (const { of, ...size } of SIZES) {
  for (const theme of ['light', 'dark'] as const) {
    // The zoomed pictures are of the light look alone: the layout is the same in both.
    if (of === 'zoomed' && theme === 'dark') continue;
    for (const { name, path, wait, options, act } of SCREENS) {
      test(`${name} ${of} in ${theme} @screens`, async ({ page }) => {
        await page.setViewportSize(size);
        const language = theme === 'dark' ? 'es' : 'en';
        const more = { ...options, theme, language } as const;
        if (typeof path === 'string') await openDesk(page, path, more);
        else {
          await openDesk(page, '/#/attention', more);
          await page.goto(await path(page));
        }
        await page.getByTestId(wait).first().waitFor();
        await act?.(page);
        await page.screenshot({ path: `test-results/screens/${name}-${of}-${theme}-${language}.png` });
      });
    }
  }
}
