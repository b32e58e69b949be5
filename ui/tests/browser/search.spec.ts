import { expect, openDesk, test } from './desk';

test('a search that finds more than is looked at says so, and offers nobody new', async ({ page }) => {
  await openDesk(page, '/?tag=late#/clients');
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['clients', 'client_tags'], ({ clients }) => {
      const like = clients[0]!;
      for (let index = 0; index < 150; index++)
        clients.push({
          ...like,
          id: `like-${index}`,
          first_name: 'Ramona',
          last_name: `Quintero ${index}`,
          tags: index >= 120 && index < 125 ? ['late'] : index === 3 ? ['early'] : [],
        });
    }),
  );
  await page.getByTestId('clients-filter').fill('quintero');
  const none = page.getByTestId('clients-none');
  await expect(none).toContainText('Nobody among the first 100 hits');
  await expect(none.getByRole('button', { name: 'New client' })).toHaveCount(0);
  await page.getByTestId('clients-tag').click();
  await page.getByRole('option', { name: 'early' }).click();
  await expect(page.getByTestId('clients-count')).toHaveText('1 among the first 100 hits');
  await page.getByTestId('clients-tag').click();
  await page.getByRole('option', { name: 'All tags' }).click();
  await expect(page.getByTestId('clients-count')).toHaveText('The first 100 hits');
  await page.getByTestId('clients-filter').fill('quintero zzz');
  await expect(none.getByRole('button', { name: 'New client' })).toBeVisible();
});
