import type { Clinic, ClinicDetails } from '$lib/backend';

/** The clinic's details as they are typed: an empty text where there is none. */
export type ClinicForm = { [K in keyof ClinicDetails]: string };

export const textOf = (clinic: Clinic | null | undefined): ClinicForm => ({
  name: clinic?.name ?? '',
  email: clinic?.email ?? '',
  phone: clinic?.phone ?? '',
  website_url: clinic?.website_url ?? '',
  address: clinic?.address ?? '',
  timezone: clinic?.timezone ?? '',
  locale: clinic?.locale ?? '',
  currency: clinic?.currency ?? '',
  google_review_url: clinic?.google_review_url ?? '',
});

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

/** What is typed, as the core takes it. */
export const nullOf = (form: ClinicForm): ClinicDetails => ({
  ...form,
  email: orNull(form.email),
  phone: orNull(form.phone),
  website_url: orNull(form.website_url),
  address: orNull(form.address),
  google_review_url: orNull(form.google_review_url),
});
