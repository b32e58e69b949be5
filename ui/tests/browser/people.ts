import type { Page } from '@playwright/test';

/** The id of a client of the clinic in memory: of a family with alerts and visits, or of somebody without a visit. */
export const aClient = (page: Page, kind: 'family' | 'quiet'): Promise<string> =>
  page.evaluate((wanted) => {
    const { clients, pets, visits } = window.petrelWorld!.memory;
    const petsOf = (id: string) => pets.filter((pet) => pet.client_id === id);
    const visitsOf = (id: string) => visits.filter((visit) => visit.client_id === id);
    const found =
      wanted === 'quiet'
        ? clients.find(({ id }) => visitsOf(id).length === 0)
        : clients.find(
            ({ id }) =>
              petsOf(id).length > 1 &&
              petsOf(id).some((pet) => pet.alerts && !pet.deceased_on) &&
              visitsOf(id).length > 4,
          );
    return found!.id;
  }, kind);

/** The id of a pet of the clinic in memory: with an alert and visits, or one that died. */
export const aPet = (page: Page, kind: 'alerted' | 'deceased'): Promise<string> =>
  page.evaluate((wanted) => {
    const { pets, visits } = window.petrelWorld!.memory;
    const visitsOf = (id: string) => visits.filter((visit) => visit.pet_id === id).length;
    const found =
      wanted === 'deceased'
        ? pets.find((pet) => pet.deceased_on)
        : pets.find((pet) => pet.alerts && !pet.deceased_on && visitsOf(pet.id) > 3);
    return found!.id;
  }, kind);
