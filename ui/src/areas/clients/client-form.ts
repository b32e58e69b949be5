import type { Client, ClientDetails } from '$lib/backend';

/** A client as it is typed. */
export interface ClientForm {
  first: string;
  last: string;
  phone: string;
  email: string;
  address: string;
  notes: string;
  tags: string;
  own: { name: string; value: string }[];
}

export const emptyForm = (): ClientForm => ({
  first: '',
  last: '',
  phone: '',
  email: '',
  address: '',
  notes: '',
  tags: '',
  own: [],
});

export const formOf = (client: Client): ClientForm => ({
  first: client.first_name,
  last: client.last_name,
  phone: client.phone ?? '',
  email: client.email ?? '',
  address: client.address ?? '',
  notes: client.notes ?? '',
  tags: client.tags.join(', '),
  own: Object.entries(client.custom_fields).map(([name, value]) => ({ name, value: value ?? '' })),
});

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

/** What is typed, as the core takes it. */
export const detailsOf = (form: ClientForm): ClientDetails => ({
  first_name: form.first,
  last_name: form.last,
  phone: orNull(form.phone),
  email: orNull(form.email),
  address: orNull(form.address),
  notes: orNull(form.notes),
  tags: form.tags
    .split(',')
    .map((tag) => tag.trim())
    .filter(Boolean),
  custom_fields: Object.fromEntries(
    form.own.filter((field) => field.name.trim() !== '').map((field) => [field.name.trim(), field.value]),
  ),
});

/** Whether anything was typed that would be a pity to lose. */
export const isTyped = (form: ClientForm): boolean =>
  [form.first, form.last, form.phone, form.email, form.address, form.notes, form.tags].some(
    (text) => text.trim() !== '',
  );
