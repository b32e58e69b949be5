import type { Page } from '@playwright/test';
import { expect, openDesk, test } from './desk';
import { movable, nobodyWaits, stored } from './visits';

/** A visit of the afternoon, and one of another pet booked together with it. */
async function aFamily(page: Page): Promise<{ id: string; sibling: string; name: string }> {
  await openDesk(page, '/#/schedule');
  const id = await movable(page);
  await page.goto(`/?visit=${id}#/schedule`);
  await page.getByTestId('visit-panel').waitFor();
  await nobodyWaits(page);
  const found = await page.evaluate((own) => {
    let made = { sibling: '', name: '' };
    window.petrelWorld!.elsewhere(['appointments'], (memory) => {
      const one = memory.visits.find((visit) => visit.id === own)!;
      const isLike = ({ id, status, pet_id }: typeof one): boolean =>
        id !== own && status === 'confirmed' && pet_id !== null && pet_id !== one.pet_id;
      const dayOf = (at: number): string => new Date(at).toDateString();
      const other = memory.visits.find((visit) => isLike(visit) && dayOf(visit.starts_at) === dayOf(one.starts_at))!;
      one.group_id = other.group_id = 'family';
      made = { sibling: other.id, name: memory.pets.find(({ id }) => id === other.pet_id)!.name };
    });
    return made;
  }, id);
  return { id, ...found };
}

test('who came together is checked in together, by one press more', async ({ page }) => {
  const { id, sibling, name } = await aFamily(page);
  const statuses = async () => [(await stored(page, id)).status, (await stored(page, sibling)).status];
  await page.getByTestId('visit-next').click();
  await page.getByRole('button', { name: `Also ${name}` }).click();
  await expect.poll(statuses).toEqual(['checked_in', 'checked_in']);
  await expect(page.getByText(`${name}: Arrived`)).toBeVisible();
  // They are alike no more: one is seen to, the other waits.
  await page.getByTestId('visit-next').click();
  await expect.poll(statuses).toEqual(['in_progress', 'checked_in']);
  await page.getByTestId('visit-next').click();
  await expect.poll(statuses).toEqual(['completed', 'checked_in']);
});

test('a family that does not come is cancelled in one go, and comes back in one', async ({ page }) => {
  const { id, sibling, name } = await aFamily(page);
  const statuses = async () => [(await stored(page, id)).status, (await stored(page, sibling)).status];
  await page.getByTestId('visit-cancel').click();
  await page.getByTestId('cancel-family').getByText(name).click();
  await page.getByTestId('cancel-confirm').click();
  await expect.poll(statuses).toEqual(['cancelled', 'cancelled']);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(statuses).toEqual(['confirmed', 'confirmed']);
});
