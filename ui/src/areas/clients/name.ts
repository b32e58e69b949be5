import type { ClientDetails } from '$lib/backend';

/** The name to call a client by: their name, or how they can be reached. */
export const nameOf = (client: Pick<ClientDetails, 'first_name' | 'last_name' | 'phone' | 'email'>): string =>
  `${client.first_name} ${client.last_name}`.trim() || client.phone || client.email || '';
