import type { FormField, Service, ServiceDetails } from '$lib/backend';
import { PALETTE } from '$lib/components/palette';

/** A service as it is typed: an empty description where there is none. */
export type ServiceForm = ServiceDetails & { description: string };

/** What the first service begins with. */
const FIRST: ServiceForm = {
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
};

/** A new service is mostly like the others: of the kind that most are of, and done by the same people as one of that kind. */
export function freshService(services: Service[] = []): ServiceForm {
  const offered = services.filter(({ is_active }) => is_active);
  const times = (wanted: string) => offered.filter(({ kind }) => kind === wanted).length;
  const like = offered.reduce<Service | undefined>(
    (usual, one) => (usual && times(usual.kind) >= times(one.kind) ? usual : one),
    undefined,
  );
  return { ...FIRST, form_fields: [], kind: like?.kind ?? FIRST.kind, staff_roles: [...(like ?? FIRST).staff_roles] };
}

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

export type QuestionTrouble = 'nameless' | 'twice' | 'choiceless';

/** What is wrong with each question. The core says it too, but not of which. */
export const questionTroubles = (fields: FormField[]): (QuestionTrouble | null)[] =>
  fields.map(({ name, field_type, choices }, index) => {
    const said = name.trim().toLowerCase();
    if (said === '') return 'nameless';
    if (fields.slice(0, index).some((other) => other.name.trim().toLowerCase() === said)) return 'twice';
    return field_type === 'choice' && choices.length < 2 ? 'choiceless' : null;
  });

export const choicesOf = (text: string): string[] =>
  text
    .split(',')
    .map((choice) => choice.trim())
    .filter(Boolean);
