import { fireEvent, render, screen } from '@testing-library/svelte';
import { toast } from 'svelte-sonner';
import { beforeEach, expect, it, vi } from 'vitest';
import { plant } from '$areas/booking/seed.svelte';
import { backend, type Pet } from '$lib/backend';
import { queryClient } from '$lib/data/live';
import { refreshAppState } from '$lib/session.svelte';
import { installMock } from '../mock/install';
import { refusal, type World } from '../mock/world';
import PanelHost from './PanelHost.svelte';

// Friday, 20 November 2026, at 10:12: the clock of the screens begins with the file that holds it.
vi.hoisted(() => vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-20T10:12:00+01:00') }));

let world: World;
const onbooked = vi.fn();
beforeEach(async () => {
  queryClient.clear();
  onbooked.mockClear();
  world = installMock();
  await refreshAppState();
});

const press = (testid: string): Promise<boolean> => fireEvent.click(screen.getByTestId(testid));
const book = async (): Promise<void> => {
  await expect.poll(() => screen.getByTestId<HTMLButtonElement>('booking-save').disabled).toBe(false);
  await press('booking-save');
};

it('time that is kept for no client has no service, and stays as long as it was', async () => {
  world.memory.desk.last_service = JSON.stringify(world.memory.services.find(({ name }) => name === 'Surgery')!.id);
  render(PanelHost, { onbooked });
  await expect.poll(() => screen.getByTestId('booking-service').textContent).toContain('Surgery');
  await press('booking-block');
  await fireEvent.input(screen.getByTestId('booking-block-title'), { target: { value: 'Team meeting' } });
  expect(screen.getByTestId('booking-service').textContent).toContain('Choose a service');
  await book();
  await expect.poll(() => onbooked.mock.calls.length).toBe(1);
  const booked = world.memory.visits.at(-1)!;
  expect(booked).toMatchObject({ service_id: null, notes: { title: 'Team meeting' }, estimated_cost_cents: null });
  expect(booked.ends_at - booked.starts_at).toBe(90 * 60_000);
});

it('another visit of a pet that died is for no other until somebody says so, though only one lives', async () => {
  const { pets } = world.memory;
  const [died] = pets as [Pet, ...Pet[]];
  died.deceased_on = '2026-11-19';
  for (const pet of pets) if (pet !== died && pet.client_id === died.client_id) pet.deceased_on = '2026-11-01';
  pets.push({ ...died, id: 'lives', name: 'Zorro', deceased_on: null });
  render(PanelHost, { client: died.client_id, pet: died.id, onbooked });
  await expect.poll(() => screen.queryByTestId('booking-client')).toBeTruthy();
  await book();
  await expect.poll(() => screen.queryByTestId('which-pet')).toBeTruthy();
  expect(onbooked).not.toHaveBeenCalled();
  await press('booking-save');
  await expect.poll(() => onbooked.mock.calls.length).toBe(1);
  expect(world.memory.visits.at(-1)).toMatchObject({ client_id: died.client_id, pet_id: null });
});

it('a walk-in that was booked is booked, whatever comes of their arriving', async () => {
  world.memory.visits = [];
  const said = vi.spyOn(toast, 'error');
  let fail = (): void => undefined;
  const read = new Promise<never>((_, reject) => (fail = () => reject(refusal('disk_full'))));
  vi.spyOn(backend, 'appointment').mockReturnValue(read);
  plant({ isWalkIn: true });
  render(PanelHost, { client: world.memory.clients[0]!.id, onbooked });
  await expect.poll(() => screen.queryByTestId('booking-client')).toBeTruthy();
  await book();
  await expect.poll(() => world.memory.visits.length).toBe(1);
  await expect.poll(() => screen.getByTestId<HTMLButtonElement>('booking-save').disabled).toBe(true);
  await fireEvent.keyDown(window, { key: 'Enter', ctrlKey: true });
  fail();
  await expect.poll(() => onbooked.mock.calls.length).toBe(1);
  expect(said).toHaveBeenCalledOnce();
  await press('booking-save');
  expect(world.memory.visits.length).toBe(1);
});
