// Queries that more than one area asks.
import { createQuery } from '@tanstack/svelte-query';
import { backend } from '$lib/backend';
import { live } from './live';

export const staffQuery = () => createQuery(() => live(['staff'], ['staff'], () => backend.staff()));
export const servicesQuery = () => createQuery(() => live(['services'], ['services'], () => backend.services()));
export const attentionQuery = () =>
  createQuery(() =>
    live(['appointments', 'clients', 'pets', 'messages', 'settings'], ['attention'], () => backend.needsAttention()),
  );
export const waitlistQuery = () =>
  createQuery(() => live(['waitlist_entries', 'clients', 'pets'], ['waitlist'], () => backend.waitlist()));
