import { expect, expectAccessible, openDesk, test } from './desk';

test('a day on which nobody works says so and leads to the next one that is worked', async ({ page }) => {
  await openDesk(page, '/?date=2026-11-22#/schedule');
  await expect(page.getByTestId('nobody-works')).toHaveText('Nobody works on Sunday, 22 November 2026.');
  await expectAccessible(page);
  await page.getByTestId('next-open').click();
  await expect(page.getByTestId('schedule-title')).toHaveText('Monday, 23 November 2026');
  await expect(page.getByTestId('visit').first()).toBeVisible();
  await expect(page.getByTestId('nobody-works')).toHaveCount(0);
});

test('today, where nobody works and nobody comes, leads to the next day that is worked', async ({ page }) => {
  await openDesk(page, '/#/schedule');
  await page.clock.setFixedTime(Date.parse('2026-11-22T10:12:00+01:00'));
  await page.evaluate(() => {
    window.petrelWorld!.elsewhere(['appointments'], (memory) => (memory.visits = []));
    location.hash = '#/today';
  });
  await page.getByTestId('next-open').click();
  await expect(page.getByTestId('schedule-title')).toHaveText('Monday, 23 November 2026');
});

test('a visit to come of an animal that died at another desk is shown, and cancelled', async ({ page }) => {
  await openDesk(page, '/#/attention');
  await expect(page.getByTestId('decline').first()).toBeVisible();
  await expect(page.getByTestId('cancel-doubtful')).toHaveCount(0);
  await page.evaluate(() =>
    window.petrelWorld!.elsewhere(['pets', 'appointments'], ({ pets, visits }) => {
      const own = visits.find(({ status, starts_at, pet_id }) => {
        const isAlone = visits.filter((other) => other.pet_id === pet_id && other.starts_at > Date.now()).length === 1;
        return status === 'confirmed' && starts_at > Date.now() && pet_id !== null && isAlone;
      })!;
      pets.find(({ id }) => id === own.pet_id)!.deceased_on = '2026-11-18';
    }),
  );
  await page.getByTestId('cancel-doubtful').click();
  await page.getByTestId('cancel-confirm').click();
  await expect(page.getByTestId('cancel-doubtful')).toHaveCount(0);
});
