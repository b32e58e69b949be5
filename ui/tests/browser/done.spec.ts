import { expect, expectAccessible, openDesk, test } from './desk';

test('what was done says who and what, leads to the history of a deleted client, and follows what is taken back', async ({
  page,
}) => {
  await openDesk(page, '/#/clients');
  const [id, name] = await page.evaluate(() => {
    const client = window.petrelWorld!.memory.clients[0]!;
    return [client.id, `${client.first_name} ${client.last_name}`];
  });
  await page.goto(`/#/clients/${id}`);
  await page.getByTestId('screen-client').getByRole('button', { name: 'More' }).click();
  await page.getByTestId('delete-client').click();
  await page.getByTestId('screen-clients').waitFor();
  await page.goto('/#/settings/done');
  const first = page.getByTestId('done-entry').first();
  await expect(first).toContainText('Client deleted');
  await expectAccessible(page);
  await page.keyboard.press('Control+z');
  await expect(first).toContainText('Taken back: Client deleted');
  await expect(page.getByTestId('done-entry').nth(1)).toContainText('Taken back since');
  await first.getByTestId('history-of').click();
  await expect(page.getByTestId('history-dialog')).toContainText(name!);
});
