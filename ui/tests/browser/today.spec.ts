import type { Page } from '@playwright/test';
import { expect, expectAccessible, openDesk, test } from './desk';

const opener = (page: Page, id: string) =>
  page.locator(`[data-testid="today-card"][data-id="${id}"]`).getByRole('button').first();

/** Today's board with its first two who are expected. */
async function openToday(page: Page): Promise<[string, string]> {
  await openDesk(page, '/#/today');
  const cards = page.getByTestId('lane-expected').getByTestId('today-card');
  await cards.nth(1).waitFor();
  const [one, other] = await cards.evaluateAll((all) => all.map((card) => (card as HTMLElement).dataset.id!));
  return [one!, other!];
}

test('a card that is opened by keyboard is heard of, and has the focus again when it is closed', async ({ page }) => {
  const [one, other] = await openToday(page);
  const heading = page.getByTestId('visit-panel').getByRole('heading', { level: 2 });
  const nameOf = (id: string) =>
    page.evaluate((own) => {
      const { visits, pets } = window.petrelWorld!.memory;
      const { pet_id } = visits.find((visit) => visit.id === own)!;
      return pets.find((pet) => pet.id === pet_id)!.name;
    }, id);
  await expect(opener(page, one)).toHaveAttribute('aria-expanded', 'false');
  await opener(page, one).press('Enter');
  await expect(heading).toBeFocused();
  await expect(heading).toHaveText(await nameOf(one));
  await expect(opener(page, one)).toHaveAttribute('aria-expanded', 'true');
  await expectAccessible(page);
  // Another one is opened in its place, and the same one again.
  for (const key of ['Enter', ' ']) {
    await opener(page, other).press(key);
    await expect(heading).toBeFocused();
    await expect(heading).toHaveText(await nameOf(other));
  }
  await page.keyboard.press('Escape');
  await expect(opener(page, other)).toBeFocused();
  await opener(page, other).click();
  await expect(heading).toBeVisible();
  await expect(opener(page, other)).toBeFocused();
});

test('a card that goes to another lane while it is open has the focus there when it is closed', async ({ page }) => {
  await openToday(page);
  // The last of those who are expected is still to come.
  const last = page.getByTestId('lane-expected').getByTestId('today-card').last();
  const id = (await last.getAttribute('data-id'))!;
  await opener(page, id).press('Enter');
  await page.getByTestId('visit-next').press('Enter');
  await expect(page.getByTestId('lane-arrived').locator(`[data-id="${id}"]`)).toBeVisible();
  await page.getByTestId('panel-close').press('Enter');
  await expect(page.getByTestId('visit-panel')).toHaveCount(0);
  await expect(opener(page, id)).toBeFocused();
});

test('what goes on with a card says with whom', async ({ page }) => {
  await openToday(page);
  const button = page.getByTestId('lane-expected').getByTestId('today-next').first();
  await expect(button).toHaveText('Check in');
  await expect(button).toHaveAccessibleName(/^Check in: \S+/);
  await expect(page.getByTestId('today-picked-up').first()).toHaveAccessibleName(/^Picked up: \S+/);
});

test('time that is blocked for nobody is on no lane', async ({ page }) => {
  const [id] = await openToday(page);
  await page.evaluate((own) => {
    const world = window.petrelWorld!;
    world.elsewhere(['appointments'], (memory) => {
      const meeting = memory.visits.find((visit) => visit.id === own)!;
      Object.assign(meeting, { client_id: null, pet_id: null });
      meeting.notes.title = 'Team meeting';
      memory.visits = [meeting];
    });
  }, id);
  await expect(page.getByText('Nobody is expected today')).toBeVisible();
  await expect(page.getByTestId('today-card')).toHaveCount(0);
});
