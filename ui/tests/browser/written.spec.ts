// What a client wants to be written, and what was written to them.
import type { Page } from '@playwright/test';
import { expect, expectAccessible, openDesk, test } from './desk';
import { aClient } from './people';

const SHOTS = process.env.PETREL_SHOTS;
/** Takes a picture to be looked at, where somebody wants one. */
async function picture(page: Page, name: string): Promise<void> {
  if (SHOTS) await page.screenshot({ path: `${SHOTS}-${name}.png` });
}

async function openFamily(page: Page, more: Parameters<typeof openDesk>[2] = {}): Promise<string> {
  await openDesk(page, '/#/attention', more);
  const id = await aClient(page, 'family');
  await page.goto(`/#/clients/${id}`);
  await expect(page.getByTestId('client-name')).toBeVisible();
  return id;
}

/** Chooses of what may be written to a client, in the form that is open. */
async function choose(page: Page, field: 'client-sms' | 'client-mail', name: string): Promise<void> {
  await page.getByTestId(field).click();
  await page.getByRole('option', { name }).click();
}

test('who wants no more texts says so once, with its date, and one undo takes it back', async ({ page }) => {
  await openFamily(page);
  await page.getByTestId('edit-client').click();
  await choose(page, 'client-sms', 'Wants none');
  await page.getByTestId('client-wants-medical_updates').uncheck();
  await expect(page.getByTestId('client-dialog')).toContainText('From today on.');
  await expectAccessible(page);
  await picture(page, 'form');
  await page.getByTestId('save-client').click();
  await expect(page.getByTestId('client-dialog')).toHaveCount(0);
  await expect(page.getByTestId('client-no-sms')).toHaveText('No SMS');
  await expect(page.getByTestId('client-sms-shown')).toHaveText('Wants none, since 20 Nov 2026');
  await expect(page.getByTestId('client-unwanted')).toHaveText('News of treatment: results, what is due');
  await expectAccessible(page);
  await picture(page, 'client');
  await page.keyboard.press('Control+z');
  await expect(page.getByTestId('client-no-sms')).toHaveCount(0);
  await expect(page.getByTestId('client-unwanted')).toHaveCount(0);
});

test('what somebody wanted stays when something else of them is changed', async ({ page }) => {
  const id = await openFamily(page);
  await page.evaluate((own) => {
    const client = window.petrelWorld!.memory.clients.find((one) => one.id === own)!;
    [client.email_status, client.sms_opted_out_at] = ['bounced', Date.parse('2026-03-02T12:00:00+01:00')];
    window.petrelWorld!.changed(['clients']);
  }, id);
  await expect(page.getByTestId('client-no-mail')).toHaveText('Mail comes back');
  await page.getByTestId('edit-client').click();
  await expect(page.getByTestId('client-mail')).toContainText('Mail comes back');
  await expect(page.getByTestId('client-dialog')).toContainText('Wants none, since 2 Mar 2026');
  await page.getByTestId('client-notes').fill('Calls back');
  await page.getByTestId('save-client').click();
  await expect(page.getByTestId('client-dialog')).toHaveCount(0);
  await expect(page.getByTestId('client-mail-shown')).toHaveText('Mail comes back');
  await expect(page.getByTestId('client-sms-shown')).toHaveText('Wants none, since 2 Mar 2026');
});

test('a message says by what it goes, and goes nowhere where nothing is wanted', async ({ page }) => {
  const id = await openFamily(page);
  const say = (noSms: boolean, noMail: boolean) =>
    page.evaluate(
      ([own, sms, mail]) => {
        const client = window.petrelWorld!.memory.clients.find((one) => one.id === own)!;
        client.email = 'oliver@mail.example';
        client.sms_opted_out_at = sms ? Date.now() : null;
        client.email_status = mail ? 'unsubscribed' : 'subscribed';
        window.petrelWorld!.changed(['clients']);
      },
      [id, noSms, noMail] as const,
    );
  await page.getByTestId('visits-coming').getByTestId('visit-row').first().click();
  await page.getByTestId('visit-menu').click();
  await page.getByRole('menuitem', { name: 'Notify client' }).click();
  const dialog = page.getByTestId('notify-dialog');
  await expect(dialog.getByTestId('notify-way')).toContainText('It goes by SMS to +34');
  await say(true, false);
  await expect(dialog.getByTestId('notify-way')).toHaveText(
    'They want no SMS: it goes by e-mail to oliver@mail.example.',
  );
  await picture(page, 'notify');
  await say(true, true);
  await expect(dialog.getByTestId('notify-no-way')).toContainText('They cannot be written to');
  await expect(page.getByTestId('notify-send')).toBeDisabled();
  await expectAccessible(page);
  await picture(page, 'notify-no-way');
  await dialog.getByRole('link', { name: 'Open the client' }).click();
  await expect(page.getByTestId('client-no-sms')).toBeVisible();
  await expect(dialog).toHaveCount(0);
});

test('the form says it in Spanish', async ({ page }) => {
  await openFamily(page, { language: 'es' });
  await page.getByTestId('edit-client').click();
  await expect(page.getByTestId('client-dialog')).toContainText('Quiere recibir');
  await choose(page, 'client-mail', 'No quiere nada');
  await picture(page, 'form-es');
  await page.getByTestId('save-client').click();
  await expect(page.getByTestId('client-no-mail')).toHaveText('Sin correo');
});

test('a client is written to from their page, and what waits is seen there and kept from being sent', async ({
  page,
}) => {
  const id = await openFamily(page);
  const all = page.getByTestId('client-messages');
  await expect(all).toContainText('Nothing was written yet');
  await page.getByTestId('write-client').click();
  await expect(page.getByTestId('notify-dialog')).toContainText('Write to Oliver Bennett');
  await page.getByTestId('notify-body').fill('Your papers are ready.');
  await page.getByTestId('notify-send').click();
  await expect(page.getByTestId('notify-dialog')).toHaveCount(0);
  const message = all.getByTestId('message');
  await expect(message).toContainText('Your papers are ready.');
  await expect(message.getByTestId('message-status')).toHaveText('Waits to be sent');
  await expect(message).toContainText('+34 672 790 448');
  await page.evaluate((own) => {
    const { messages } = window.petrelWorld!.memory;
    const kept = messages.find(({ client_id }) => client_id === own)!;
    const more = [
      { status: 'failed', error: 'The number does not exist.', purpose: 'reminder', body: 'See you at nine.' },
      { status: 'received', direction: 'inbound', body: 'We come at ten.\nIs that all right?' },
      { status: 'delivered', channel: 'email', subject: 'Mía’s visit', body: 'Confirmed for Monday.' },
    ] as const;
    more.forEach((one, n) =>
      messages.push({ ...kept, is_cancellable: false, ...one, id: `old-${n}`, at: kept.at - (n + 1) * 86_400_000 }),
    );
    window.petrelWorld!.changed(['messages']);
  }, id);
  await expect(message).toHaveCount(4);
  await expect(message.nth(1).getByTestId('message-why')).toHaveText('The number does not exist.');
  await expect(message.nth(1)).toContainText('Reminder');
  await message.first().scrollIntoViewIfNeeded();
  await expectAccessible(page);
  await picture(page, 'messages');
  await expect(page.getByTestId('cancel-message')).toHaveCount(1);
  await page.getByTestId('cancel-message').click();
  await expect(message.first().getByTestId('message-status')).toHaveText('Not sent');
  await expect(page.getByTestId('cancel-message')).toHaveCount(0);
  await page.keyboard.press('Control+z');
  await expect(message.first().getByTestId('message-status')).toHaveText('Waits to be sent');
});

test('a visit shows what was written about it, and what waits goes no more once it is not wanted', async ({ page }) => {
  await openFamily(page);
  await page.getByTestId('visits-coming').getByTestId('visit-row').first().click();
  const all = page.getByTestId('visit-messages');
  await expect(all).toContainText('Nothing was written about this visit.');
  await page.getByTestId('visit-menu').click();
  await page.getByRole('menuitem', { name: 'Notify client' }).click();
  await page.getByTestId('notify-body').fill('Please bring the papers.');
  await page.getByTestId('notify-send').click();
  await expect(all.getByTestId('message')).toContainText('Please bring the papers.');
  await all.scrollIntoViewIfNeeded();
  await expectAccessible(page);
  await picture(page, 'visit');
  await page.getByTestId('visit-client').click();
  await page.getByTestId('edit-client').click();
  await choose(page, 'client-sms', 'Wants none');
  await page.getByTestId('save-client').click();
  const message = page.getByTestId('client-messages').getByTestId('message');
  await expect(message.getByTestId('message-status')).toHaveText('Not sent');
  await expect(message.getByTestId('message-why')).toHaveText('They want no more of these.');
});

test('older messages are shown when asked for, in Spanish too', async ({ page }) => {
  const id = await openFamily(page, { language: 'es' });
  await page.getByTestId('write-client').click();
  await page.getByTestId('notify-body').fill('Los papeles están listos.');
  await page.getByTestId('notify-send').click();
  await page.evaluate((own) => {
    const { messages } = window.petrelWorld!.memory;
    const kept = messages.find(({ client_id }) => client_id === own)!;
    for (let n = 0; n < 33; n++)
      messages.push({ ...kept, id: `old-${n}`, at: kept.at - n, status: 'sent', is_cancellable: false });
    window.petrelWorld!.changed(['messages']);
  }, id);
  const message = page.getByTestId('client-messages').getByTestId('message');
  await expect(message).toHaveCount(30);
  await expect(message.first()).toContainText('En cola');
  await page.getByTestId('more-messages').scrollIntoViewIfNeeded();
  await picture(page, 'messages-es');
  await page.getByTestId('more-messages').click();
  await expect(message).toHaveCount(34);
  await expect(page.getByTestId('more-messages')).toHaveCount(0);
});
