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

test('a tag that is chosen while what was typed goes into the address stays chosen', async ({ page }) => {
  await openDesk(page, '/#/clients');
  await page.getByTestId('clients-filter').fill('a');
  await page.getByTestId('clients-tag').click();
  // A computer that is busy with the choice for longer than the list waits to write down what was typed.
  await page.evaluate(() => {
    const work = () => {
      const until = performance.now() + 400;
      while (performance.now() < until);
    };
    document.addEventListener('pointerup', work, { capture: true, once: true });
  });
  const choice = page.getByRole('option').nth(1);
  const tag = (await choice.textContent())!.trim();
  await choice.click();
  await expect(page).toHaveURL(/q=a/);
  await expect(page.getByTestId('clients-tag')).toContainText(tag);
  await expect(page).toHaveURL(/tag=/);
});

test('who leaves the list while typing in it is not called back', async ({ page }) => {
  await openDesk(page, '/#/clients');
  let letCodeCome = (): void => {};
  const isAllowed = new Promise<void>((done) => (letCodeCome = done));
  await page.route('**/assets/Client-*.js', async (route) => {
    await isAllowed;
    await route.continue();
  });
  const list = page.getByTestId('screen-clients');
  await page.getByTestId('clients-filter').fill('an');
  await list.getByRole('link').first().click();
  // The list writes what was typed into the address 300 ms after the last letter: a timer set later for longer goes off after it.
  await page.evaluate(() => new Promise((done) => setTimeout(done, 301)));
  letCodeCome();
  await expect(page.getByTestId('client-name')).toBeVisible();
  await page.goBack();
  await expect(list).toBeVisible();
  await expect(page.getByTestId('clients-filter')).toHaveValue('an');
});

test('a phone in the search keeps its zero on the way back', async ({ page }) => {
  await openDesk(page, '/#/clients');
  await page.getByTestId('clients-filter').fill('0612');
  await expect(page).toHaveURL(/q=0612/);
  await page.goto('/#/today');
  await expect(page.getByTestId('screen-today')).toBeVisible();
  await page.goBack();
  await expect(page.getByTestId('clients-filter')).toHaveValue('0612');
});

for (const [screen, filter] of [
  ['clients', 'clients-filter'],
  ['waitlist', 'waitlist-filter'],
] as const) {
  test(`what is typed stands there on the way back, however soon the list is left (${screen})`, async ({ page }) => {
    await openDesk(page, `/#/${screen}`);
    await page.getByTestId(filter).waitFor();
    // Sooner than anybody: the frame after the letter.
    await page.evaluate(async (name) => {
      const find = <T extends Element>(id: string) => document.querySelector<T>(`[data-testid="${id}"]`)!;
      const field = find<HTMLInputElement>(name);
      field.value = 'novak';
      field.dispatchEvent(new Event('input', { bubbles: true }));
      await new Promise(requestAnimationFrame);
      find<HTMLElement>('nav-today').click();
    }, filter);
    await expect(page.getByTestId('screen-today')).toBeVisible();
    await page.goBack();
    await expect(page.getByTestId(filter)).toHaveValue('novak');
    await expect(page).toHaveURL(/q=novak/);
  });
}

test('the form for a new client that is opened right after typing stays open', async ({ page }) => {
  await openDesk(page, '/#/clients');
  await page.getByTestId('clients-filter').waitFor();
  await page.evaluate(async () => {
    const find = <T extends Element>(id: string) => document.querySelector<T>(`[data-testid="${id}"]`)!;
    const field = find<HTMLInputElement>('clients-filter');
    field.value = 'vera lind';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise(requestAnimationFrame);
    find<HTMLElement>('new-client').click();
    // The list writes what was typed into the address 300 ms after the last letter: a timer set later for longer goes off after it.
    await new Promise((done) => setTimeout(done, 301));
  });
  await expect(page).toHaveURL(/new=1/);
  await expect(page.getByTestId('client-dialog')).toBeVisible();
  await page.goBack();
  await expect(page.getByTestId('client-dialog')).toHaveCount(0);
  await expect(page).toHaveURL(/q=vera/);
});
