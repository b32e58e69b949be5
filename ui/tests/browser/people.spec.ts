import type { Page } from '@playwright/test';
import { askedOf, letGo, watchCommands } from './commands';
import { expect, expectAccessible, openDesk, test } from './desk';
import { aClient, aPet } from './people';

/** Opens the page of a client or a pet. */
async function openPage(page: Page, path: (page: Page) => Promise<string>, theme: 'light' | 'dark' = 'light') {
  await openDesk(page, '/#/attention', { theme });
  await page.goto(await path(page));
}
const family = async (page: Page) => `/#/clients/${await aClient(page, 'family')}`;
const alerted = async (page: Page) => `/#/pets/${await aPet(page, 'alerted')}`;

for (const theme of ['light', 'dark'] as const) {
  test(`the list of clients has no violation (${theme})`, async ({ page }) => {
    await openDesk(page, '/#/clients', { theme });
    await page.getByTestId('client-row').first().waitFor();
    await expectAccessible(page);
  });

  test(`a client has no violation (${theme})`, async ({ page }) => {
    await openPage(page, family, theme);
    await page.getByTestId('visit-row').first().waitFor();
    await expectAccessible(page);
  });

  test(`a pet and its dialog have no violation (${theme})`, async ({ page }) => {
    await openPage(page, alerted, theme);
    await page.getByTestId('weight-table').waitFor();
    await expectAccessible(page);
    await page.getByTestId('pet-more').click();
    await page.getByTestId('record-death').click();
    await page.getByTestId('death-dialog').waitFor();
    await expectAccessible(page);
  });

  test(`a pet that died has no violation (${theme})`, async ({ page }) => {
    await openPage(page, async () => `/#/pets/${await aPet(page, 'deceased')}`, theme);
    await page.getByTestId('pet-died').waitFor();
    await expectAccessible(page);
  });

  test(`the waitlist and its dialog have no violation (${theme})`, async ({ page }) => {
    await openDesk(page, '/#/waitlist', { theme });
    await page.getByTestId('find-times').nth(1).click();
    await page.getByTestId('free-slot').first().waitFor();
    await expectAccessible(page);
    await page.getByTestId('add-to-waitlist').click();
    await page.getByTestId('waitlist-dialog').waitFor();
    await expectAccessible(page);
  });
}

test('the list shows who comes, soonest first, and comes back as it was left', async ({ page }) => {
  await openDesk(page, '/#/clients');
  await page.getByTestId('clients-only').click();
  await page.getByRole('option', { name: 'With a visit coming' }).click();
  await expect(page).toHaveURL(/only=coming/);
  await expect(page.getByTestId('clients-sort')).toHaveCount(0);
  const first = page.getByTestId('client-row').first();
  await expect(first).toContainText('20 Nov 2026');
  const name = await first.getByRole('link').first().textContent();
  // A click anywhere on the row opens the client.
  await first.click({ position: { x: 700, y: 10 } });
  await expect(page.getByTestId('client-name')).toHaveText(name!);
  await page.goBack();
  await expect(page.getByTestId('clients-only')).toContainText('With a visit coming');
});

test('a list without anybody says so and leads back', async ({ page }) => {
  await openDesk(page, '/?only=away#/clients');
  await expect(page.getByTestId('clients-none')).toContainText('Nobody is listed here');
  await page.getByRole('button', { name: 'Show all clients' }).click();
  await expect(page.getByTestId('client-row').first()).toBeVisible();
});

test('the list is gone through by keyboard alone', async ({ page }) => {
  await openDesk(page, '/#/clients');
  await page.getByTestId('client-row').first().getByRole('link').first().focus();
  await page.keyboard.press('End');
  await expect(page.locator('[data-row="159"]').getByRole('link').first()).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('client-name')).toBeVisible();
});

/** A clinic of 600 clients, by whose names it is seen where the list stands. */
async function openLongList(page: Page): Promise<void> {
  await openDesk(page, '/#/attention');
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['clients'], ({ clients }) => {
      const like = clients[0]!;
      clients.length = 0;
      for (let n = 0; n < 600; n++) {
        const number = String(n).padStart(3, '0');
        clients.push({ ...like, id: `many-${number}`, first_name: 'Client', last_name: number, tags: [] });
      }
    }),
  );
  await page.getByTestId('nav-clients').click();
  await expect(page.getByTestId('clients-count')).toContainText('600');
}
const rowOf = (page: Page, index: number) => page.locator(`[data-row="${index}"]`).getByRole('link').first();

test('a long list stands while the rows that somebody jumped to are being read', async ({ page }) => {
  await openLongList(page);
  await rowOf(page, 0).focus();
  await watchCommands(page, { held: ['clients'] });
  await page.keyboard.press('End');
  await expect.poll(async () => (await askedOf(page, 'clients')).times).toBeGreaterThan(0);
  await expect(page.getByRole('table')).toBeFocused();
  await expect(page.getByTestId('clients-count')).toContainText('600');
  await page.evaluate(() => {
    const { held } = window.petrelCommands!;
    held.clients!.forEach((go) => go());
    delete held.clients;
  });
  await expect(rowOf(page, 599)).toBeFocused();
  await expect(rowOf(page, 599)).toHaveText('Client 599');
});

test('a long list comes back where it was left, and Tab reaches it there', async ({ page }) => {
  await openLongList(page);
  await page.getByRole('table').evaluate((pane) => (pane.scrollTop = 36 * 300));
  await expect(rowOf(page, 305)).toHaveText('Client 305');
  await rowOf(page, 305).click();
  await expect(page.getByTestId('client-name')).toHaveText('Client 305');
  await page.goBack();
  await expect(rowOf(page, 305)).toBeInViewport();
  // Scrolled by hand, with the row chosen before no longer drawn.
  await page.getByRole('table').evaluate((pane) => (pane.scrollTop = 36 * 100));
  await expect(rowOf(page, 100)).toHaveAttribute('tabindex', '0');
  await page.getByTestId('new-client').focus();
  await page.keyboard.press('Tab');
  await expect(rowOf(page, 100)).toBeFocused();
});

test('long tags give way to the name of a client', async ({ page }) => {
  await openDesk(page, '/#/attention');
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['clients'], ({ clients }) => {
      const tags = ['pays in instalments since last spring', 'only on the phone, never by e-mail', 'breeder'];
      Object.assign(clients[0]!, { first_name: 'Aa', last_name: 'Montgomery-Featherstone', tags });
    }),
  );
  await page.getByTestId('nav-clients').click();
  const name = rowOf(page, 0);
  await expect(name).toHaveText('Aa Montgomery-Featherstone');
  expect(await name.evaluate((link) => link.scrollWidth - link.clientWidth)).toBe(0);
  const cell = (await page.getByRole('cell').first().boundingBox())!;
  const tags = (await page.getByTestId('row-tags').first().boundingBox())!;
  expect(tags.x + tags.width).toBeLessThanOrEqual(cell.x + cell.width + 1);
});

test('a client’s page tells alerts first, then what comes and what was', async ({ page }) => {
  await openPage(page, family);
  await expect(page.getByTestId('client-alerts')).toContainText('Bites when held: muzzle first');
  const coming = page.getByTestId('visits-coming').getByTestId('visit-row');
  await expect(coming.first()).toContainText('23 Nov');
  await expect(page.getByTestId('visits-past').getByTestId('visit-row').first()).toContainText('Nov');
  await coming.first().click();
  await expect(page.getByTestId('visit-next')).toBeVisible();
});

test('two entries of one person become one, whichever is kept, and two again', async ({ page }) => {
  await openPage(page, family);
  await page.getByTestId('client-likeness').first().getByRole('button').click();
  await page.getByTestId('merge-swap').click();
  await page.getByTestId('do-merge').click();
  await expect(page.getByTestId('client-name')).toHaveText('Oliver Bennett Costa');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByTestId('client-likeness').first()).toContainText('Oliver Bennett');
});

test('a client who was just added goes on to their first pet', async ({ page }) => {
  await openDesk(page, '/?new=1#/clients');
  await page.getByTestId('client-first').fill('Vera');
  await page.getByTestId('client-last').fill('Lind');
  await page.getByTestId('save-client-pet').click();
  await page.getByTestId('pet-name').fill('Mops');
  await page.getByTestId('save-pet').click();
  await expect(page.getByTestId('pet-card')).toContainText('Mops');
  await expect(page.getByTestId('pet-dialog')).toHaveCount(0);
});

test('breeds are offered by species once their field is reached, and what is typed stays', async ({ page }) => {
  await openPage(page, alerted);
  await watchCommands(page);
  await page.getByTestId('edit-pet').click();
  const breed = page.getByTestId('pet-breed');
  const offered = page.getByTestId('known-breeds').locator('option');
  const choose = async (species: string) => {
    await page.getByTestId('pet-species').click();
    await page.getByRole('option', { name: species }).click();
  };
  await choose('Dog');
  expect((await askedOf(page, 'breeds')).times).toBe(0);
  await breed.fill('pood');
  await expect(offered).toHaveCount(1);
  await expect(offered).toHaveAttribute('value', 'Poodle');
  await choose('Rabbit');
  await expect(breed).toHaveValue('pood');
  await expect(offered).toHaveCount(0);
  await breed.fill('lop');
  await expect(offered.first()).toHaveAttribute('value', /Lop$/);
  await breed.fill('Half hare');
  await page.getByTestId('save-pet').click();
  await expect(page.getByTestId('pet-dialog')).toHaveCount(0);
  await expect(page.getByTestId('screen-pet')).toContainText('Half hare');
});

test('a death is recorded in one action that says what ends with it, and taken back in one', async ({ page }) => {
  await openPage(page, alerted);
  await expect(page.getByTestId('pet-alerts')).toContainText('Allergic: Penicillin');
  await page.getByTestId('pet-more').click();
  await page.getByTestId('record-death').click();
  await expect(page.getByTestId('death-visits')).toContainText('23 Nov');
  await page.getByTestId('save-death').click();
  await expect(page.getByTestId('pet-died')).toContainText('Died on 20 Nov 2026');
  await expect(page.getByTestId('book-pet')).toHaveCount(0);
  await expect(page.getByTestId('record-weight')).toHaveCount(0);
  await expect(page.getByTestId('pet-alerts')).toHaveCount(0);
  const planned = page.getByTestId('timeline').locator('[data-testid="visit-row"]', { hasText: '23 Nov' });
  await expect(planned).toContainText('Cancelled');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByTestId('pet-died')).toHaveCount(0);
  await expect(planned).toContainText('Reminded');
});

test('a pet goes to another owner', async ({ page }) => {
  await openPage(page, alerted);
  await page.getByTestId('pet-more').click();
  await page.getByTestId('move-pet').click();
  await page.getByTestId('new-owner').fill('oliver bennett');
  await page.getByRole('option').first().click();
  await page.getByTestId('save-move').click();
  await expect(page.getByTestId('pet-owner')).toContainText('Oliver Bennett');
});

test('a pet goes to nobody whose name no longer stands there', async ({ page }) => {
  await openPage(page, alerted);
  await page.getByTestId('pet-more').click();
  await page.getByTestId('move-pet').click();
  await page.getByTestId('new-owner').fill('oliver bennett');
  await page.getByRole('option').first().click();
  await expect(page.getByTestId('save-move')).toBeEnabled();
  await page.getByTestId('new-owner').fill('oliver benn');
  await expect(page.getByTestId('save-move')).toBeDisabled();
  await page.getByRole('option').first().click();
  await expect(page.getByTestId('save-move')).toBeEnabled();
});

test('a weight is written down and stands in the table', async ({ page }) => {
  await openPage(page, alerted);
  await page.getByTestId('weight').fill('3.7');
  await page.getByTestId('record-weight').click();
  await expect(page.getByTestId('weight-table').locator('tbody tr').first()).toContainText('20 Nov 2026');
});

test('who waits is booked from the times that fit, and waits no longer', async ({ page }) => {
  await openDesk(page, '/#/waitlist');
  const entries = page.getByTestId('waitlist-entry');
  await expect(entries).toHaveCount(7);
  await entries.filter({ hasText: 'Vaccination' }).first().getByTestId('find-times').click();
  await page.getByTestId('free-slot').first().click();
  await expect(entries).toHaveCount(6);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(entries).toHaveCount(7);
});

test('the waitlist is narrowed down, and says where nobody is left', async ({ page }) => {
  await openDesk(page, '/#/waitlist');
  await page.getByTestId('waitlist-filter').fill('sofia');
  await expect(page.getByTestId('waitlist-entry')).toHaveCount(1);
  await page.getByTestId('waitlist-filter').fill('zzz');
  await expect(page.getByTestId('waitlist-none')).toBeVisible();
  await page.getByRole('button', { name: 'Show everybody' }).click();
  await expect(page.getByTestId('waitlist-entry')).toHaveCount(7);
});

test('somebody is put on the waitlist by keyboard alone, from their page', async ({ page }) => {
  await openPage(page, family);
  await page.getByTestId('client-more').focus();
  await page.keyboard.press('Enter');
  await page.getByTestId('client-wait').press('Enter');
  await expect(page.getByTestId('waitlist-who')).toHaveText('Oliver Bennett');
  await page.getByTestId('priority-urgent').press('Enter');
  await page.getByTestId('save-waitlist').press('Enter');
  await expect(page.getByTestId('client-waiting')).toContainText('Any service');
});

test('what another desk writes while a pet is edited stays, its allergies first', async ({ page }) => {
  await openPage(page, alerted);
  const id = await aPet(page, 'alerted');
  await page.getByTestId('edit-pet').click();
  await page.getByTestId('pet-name').fill('Renamed');
  await page.evaluate((own) => {
    window.petrelWorld!.elsewhere(['pets'], ({ pets }) => {
      Object.assign(
        pets.find((kept) => kept.id === own)!,
        { allergies: 'Latex', weight_grams: 4321 },
      );
    });
  }, id);
  await expect(page.getByTestId('pet-alerts')).toContainText('Latex');
  await page.getByTestId('save-pet').click();
  await expect(page.getByTestId('pet-dialog')).toHaveCount(0);
  const kept = await page.evaluate((own) => window.petrelWorld!.memory.pets.find((pet) => pet.id === own)!, id);
  expect(kept).toMatchObject({ name: 'Renamed', allergies: 'Latex', weight_grams: 4321 });
});

test('what another desk wrote into the allergies that are typed here is said, and taken in one click', async ({
  page,
}) => {
  await openPage(page, alerted);
  const id = await aPet(page, 'alerted');
  await page.getByTestId('edit-pet').click();
  await page.getByTestId('pet-allergies-text').fill('Chicken, beef');
  const dialog = page.getByTestId('pet-dialog');
  await page.getByTestId('pet-species').click();
  await page.getByRole('option', { name: 'Ferret' }).click();
  await expect(page.getByTestId('theirs')).toHaveCount(0);
  await page.evaluate((own) => {
    window.petrelWorld!.elsewhere(['pets'], ({ pets }) => {
      Object.assign(
        pets.find((kept) => kept.id === own)!,
        { allergies: 'Chicken, penicillin', species: 'rabbit', color: 'Grey' },
      );
    });
  }, id);
  await expect(page.getByTestId('theirs')).toHaveCount(2);
  await expect(page.getByTestId('theirs').first()).toContainText('Rabbit');
  await expect(page.getByTestId('theirs').last()).toContainText('Chicken, penicillin');
  await expectAccessible(page);
  await page.getByTestId('take-theirs').last().click();
  await expect(page.getByTestId('pet-allergies-text')).toHaveValue('Chicken, penicillin');
  await expect(page.getByTestId('theirs')).toHaveCount(1);
  await page.getByTestId('save-pet').click();
  await expect(dialog).toHaveCount(0);
  const kept = await page.evaluate((own) => window.petrelWorld!.memory.pets.find((pet) => pet.id === own)!, id);
  expect(kept).toMatchObject({ allergies: 'Chicken, penicillin', species: 'ferret', color: 'Grey' });
});

test('what another desk writes while a client is edited stays, and an old draft brings back only what was typed', async ({
  page,
}) => {
  await openPage(page, family);
  const id = await aClient(page, 'family');
  const kept = () =>
    page.evaluate((own) => window.petrelWorld!.memory.clients.find((client) => client.id === own)!, id);
  const elsewhere = (change: Record<string, unknown>) =>
    page.evaluate(
      ([own, more]) =>
        window.petrelWorld!.elsewhere(['clients'], ({ clients }) => {
          Object.assign(
            clients.find((client) => client.id === own)!,
            more,
          );
        }),
      [id, change] as const,
    );
  await page.getByTestId('edit-client').click();
  await page.getByTestId('client-notes').fill('Comes by train');
  await expect
    .poll(() => page.evaluate((own) => window.petrelWorld!.memory.drafts[`client:${own}`] ?? '', id))
    .toContain('train');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('client-dialog')).toHaveCount(0);
  await elsewhere({ last_name: 'Draftson' });
  await expect(page.getByTestId('client-name')).toContainText('Draftson');
  await page.getByTestId('edit-client').click();
  await page.getByTestId('draft-continue').click();
  await expect(page.getByTestId('client-notes')).toHaveValue('Comes by train');
  await expect(page.getByTestId('client-last')).toHaveValue('Draftson');
  await elsewhere({ phone: '+34600111222', tags: ['From elsewhere'] });
  await expect(page.getByTestId('screen-client')).toContainText('From elsewhere');
  await page.getByTestId('save-client').click();
  await expect(page.getByTestId('client-dialog')).toHaveCount(0);
  expect(await kept()).toMatchObject({
    notes: 'Comes by train',
    last_name: 'Draftson',
    phone: '+34600111222',
    tags: ['From elsewhere'],
  });
});

test('a look at somebody else while a client is edited keeps what was typed', async ({ page }) => {
  await openPage(page, family);
  const name = (await page.getByTestId('client-name').textContent())!.trim();
  const other = await page.evaluate(
    (shown) =>
      window.petrelWorld!.memory.clients.find((one) => one.phone && `${one.first_name} ${one.last_name}` !== shown)!,
    name,
  );
  await page.getByTestId('edit-client').click();
  await page.getByTestId('client-notes').fill('Comes by train');
  await page.getByTestId('client-phone').fill(other.phone!);
  await page.getByTestId('client-like').getByRole('button').first().click();
  await expect(page.getByTestId('client-name')).not.toHaveText(name);
  await page.goBack();
  await expect(page.getByTestId('client-name')).toHaveText(name);
  await page.getByTestId('edit-client').click();
  await page.getByTestId('draft-continue').click();
  await expect(page.getByTestId('client-notes')).toHaveValue('Comes by train');
});

test('a vain search takes the place of no new client who was left unfinished', async ({ page }) => {
  await openDesk(page, '/#/clients');
  await page.getByTestId('new-client').click();
  await page.getByTestId('client-first').fill('Half');
  await page.getByTestId('client-notes').fill('Comes by train');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('client-dialog')).toHaveCount(0);
  await page.getByTestId('clients-filter').fill('nobody zzz');
  await page.getByTestId('clients-none').getByRole('button', { name: 'New client' }).click();
  await expect(page.getByTestId('client-first')).toHaveValue('Nobody');
  await expect(page.getByTestId('draft-notice')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('client-dialog')).toHaveCount(0);
  const draft = await page.evaluate(() => window.petrelWorld!.memory.drafts.client);
  expect(draft).toContain('Comes by train');
});

test('a client who was left unfinished is not lost to the first letter of the next', async ({ page }) => {
  await openDesk(page, '/#/clients');
  const kept = () => page.evaluate(() => window.petrelWorld!.memory.drafts.client ?? '');
  const begin = () => page.getByTestId('new-client').click();
  const leave = async () => {
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('client-dialog')).toHaveCount(0);
  };
  await begin();
  await page.getByTestId('client-first').fill('Half');
  await page.getByTestId('client-notes').fill('Comes by train');
  await leave();
  await begin();
  await expect(page.getByTestId('draft-notice')).toBeVisible();
  await page.getByTestId('client-first').fill('Nerea');
  await expect.poll(kept).toContain('Nerea');
  await expect(page.getByTestId('draft-notice')).toBeVisible();
  await page.getByTestId('client-last').fill('Zubiri');
  await page.getByTestId('save-client').click();
  await expect(page.getByTestId('client-name')).toContainText('Nerea Zubiri');
  await page.goto('/#/clients');
  await begin();
  await page.getByTestId('draft-continue').click();
  await expect(page.getByTestId('client-first')).toHaveValue('Half');
  await expect(page.getByTestId('client-notes')).toHaveValue('Comes by train');
  await expect(page.getByTestId('draft-notice')).toHaveCount(0);
  await leave();
  // What is thrown away is that alone.
  await begin();
  await page.getByTestId('client-first').fill('Other');
  await page.getByTestId('draft-discard').click();
  await expect(page.getByTestId('draft-notice')).toHaveCount(0);
  await expect(page.getByTestId('client-first')).toHaveValue('Other');
  await expect.poll(kept).not.toContain('train');
  await expect.poll(kept).toContain('Other');
});

test('an own field without a name, or of a name that is taken, is refused at its place and loses nothing', async ({
  page,
}) => {
  await openPage(page, family);
  const id = await aClient(page, 'family');
  const kept = () =>
    page.evaluate((own) => window.petrelWorld!.memory.clients.find((client) => client.id === own)!.custom_fields, id);
  await page.getByTestId('edit-client').click();
  const [name, value] = [page.getByTestId('own-field-name'), page.getByTestId('own-field-value')];
  while ((await name.count()) > 0)
    await page
      .getByTestId('client-dialog')
      .getByRole('button', { name: /^Remove/ })
      .last()
      .click();
  for (const text of ['Mapfre', 'Adeslas']) {
    await page.getByTestId('add-own-field').click();
    await value.last().fill(text);
  }
  await name.first().fill('Insurance');
  await page.getByTestId('save-client').click();
  await expect(name.last()).toBeFocused();
  await expect(page.getByTestId('client-dialog')).toContainText('Name of the field must be filled in.');
  await name.last().fill('Insurance ');
  await expect(page.getByTestId('client-dialog')).toContainText('Another field has this name.');
  await name.first().focus();
  await page.getByTestId('save-client').click();
  await expect(name.last()).toBeFocused();
  await name.last().fill('Second insurance');
  await page.getByTestId('save-client').click();
  await expect(page.getByTestId('client-dialog')).toHaveCount(0);
  expect(await kept()).toEqual({ Insurance: 'Mapfre', 'Second insurance': 'Adeslas' });
});

test('Enter before the answer gives a pet to whom was typed, and not to whom was found before', async ({ page }) => {
  await openPage(page, alerted);
  await page.getByTestId('pet-more').click();
  await page.getByTestId('move-pet').click();
  await page.getByTestId('new-owner').fill('garcia');
  await expect(page.getByRole('option').first()).toContainText('García');
  await page.evaluate(() => void (window.petrelWorld!.slow.search = 60));
  await page.getByTestId('new-owner').fill('novak');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('new-owner')).toHaveValue(/Novak/);
  await expect(page.getByTestId('move-pet-dialog')).toContainText('Novak');
  // The first hit of what is typed now is the one that Enter takes.
  await page.getByTestId('new-owner').fill('keller ');
  await expect(page.getByRole('option').first()).toContainText('Keller');
  // Another letter of the one who is found: there is a hit of the longer text, too.
  const letter = (await page.getByRole('option').first().innerText()).trim().charAt(0).toLowerCase();
  await watchCommands(page);
  await page.keyboard.type(letter);
  await expect.poll(() => askedOf(page, 'search')).toMatchObject({ last: { text: `keller ${letter}` } });
  await expect(page.getByRole('option').first()).toHaveAttribute('data-highlighted', '');
});

test('a page of visits that cannot be read is asked for once, and again when somebody says so', async ({ page }) => {
  await openDesk(page, '/#/attention');
  const id = await aClient(page, 'quiet');
  await page.evaluate((client_id) => {
    window.petrelWorld!.elsewhere(['appointments'], ({ visits }) => {
      const starts_at = Date.parse('2026-12-01T10:00:00+01:00');
      const like = { ...visits[0]!, client_id, status: 'confirmed' as const, series_id: null };
      for (let day = 0; day < 30; day++) {
        const at = starts_at + day * 86_400_000;
        visits.push({ ...like, id: `coming-${day}`, starts_at: at, ends_at: at + 900_000 });
      }
    });
  }, id);
  await watchCommands(page, { held: ['visits_of_client'] });
  await page.goto(`/#/clients/${id}`);
  const asked = async () => (await askedOf(page, 'visits_of_client')).times;
  await expect.poll(asked).toBe(1);
  await letGo(page, 'visits_of_client');
  await expect.poll(asked).toBe(2);
  await page.evaluate(() => void (window.petrelCommands!.refused = { visits_of_client: 'internal' }));
  await letGo(page, 'visits_of_client');
  await page.getByTestId('error-state').waitFor();
  expect(await asked()).toBe(2);
  await page.evaluate(() => void Object.assign(window.petrelCommands!, { refused: {}, held: {} }));
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId('visits-coming').getByTestId('visit-row')).toHaveCount(30);
});
