import type { FormField, Service, ServiceDetails } from '$lib/backend';
import { PALETTE } from '$lib/components/palette';

/** A service as it is typed: an empty description where there is none. */
export type ServiceForm = ServiceDetails & { description: string };

export const freshService = (): ServiceForm => ({
  name: '',
  description: '',
  kind: 'medical',
  duration_minutes: 30,
  buffer_minutes: 0,
  base_price_cents: null,
  color: PALETTE[0],
  requires_approval: false,
  advance_booking_days: 90,
  min_advance_hours: 2,
  cancellation_cutoff_hours: 24,
  max_per_slot: 1,
  is_online: false,
  is_active: true,
  staff_roles: ['owner', 'veterinarian'],
  form_fields: [],
});

/** A service's details without its id, to be edited. */
export function serviceFormOf(service: Service): ServiceForm {
  const { id: _, ...details } = service;
  return {
    ...details,
    description: details.description ?? '',
    staff_roles: [...details.staff_roles],
    form_fields: details.form_fields.map((field) => ({ ...field })),
  };
}

/** What is typed, as the core takes it. */
export const detailsOf = (form: ServiceForm): ServiceDetails => ({
  ...form,
  description: form.description.trim() || null,
});

export const freshQuestion = (): FormField => ({ name: '', field_type: 'text', is_required: false, choices: [] });

export const choicesOf = (text: string): string[] =>
  text
    .split(',')
    .map((choice) => choice.trim())
    .filter(Boolean);
