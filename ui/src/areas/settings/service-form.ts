import type { FormField, Service, ServiceDetails } from '$lib/backend';
import { PALETTE } from '$lib/components/palette';

export const freshService = (): ServiceDetails => ({
  name: '',
  description: null,
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
export function detailsOf(service: Service): ServiceDetails {
  const { id: _, ...details } = service;
  return {
    ...details,
    staff_roles: [...details.staff_roles],
    form_fields: details.form_fields.map((field) => ({ ...field })),
  };
}

export const freshQuestion = (): FormField => ({ name: '', field_type: 'text', is_required: false, choices: [] });

export const choicesOf = (text: string): string[] =>
  text
    .split(',')
    .map((choice) => choice.trim())
    .filter(Boolean);
