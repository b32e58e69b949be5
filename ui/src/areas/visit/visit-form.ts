import type {
  AppointmentDetail,
  AppointmentNotes,
  EditAppointmentInput,
  FormAnswer,
  FormField,
  PaymentStatus,
} from '$lib/backend';

/** The texts of a visit, in the order they are asked in. */
export const NOTES = [
  'reason',
  'symptoms',
  'special_requests',
  'client_notes',
  'internal_notes',
  'pickup_address',
] as const satisfies (keyof AppointmentNotes)[];
type NoteKey = (typeof NOTES)[number];

/** A visit's details as they are typed. */
export interface VisitForm extends Record<NoteKey, string> {
  title: string;
  /** Empty where the pet is not known. */
  petId: string;
  serviceId: string;
  isEmergency: boolean;
  estimate: number | null;
  bill: number | null;
  payment: PaymentStatus;
  answers: FormAnswer[];
}

export const visitFormOf = (visit: AppointmentDetail): VisitForm => ({
  title: visit.notes.title ?? '',
  reason: visit.notes.reason ?? '',
  symptoms: visit.notes.symptoms ?? '',
  special_requests: visit.notes.special_requests ?? '',
  client_notes: visit.notes.client_notes ?? '',
  internal_notes: visit.notes.internal_notes ?? '',
  pickup_address: visit.notes.pickup_address ?? '',
  petId: visit.pet_id ?? '',
  serviceId: visit.service_id ?? '',
  isEmergency: visit.is_emergency,
  estimate: visit.estimated_cost_cents,
  bill: visit.final_cost_cents,
  payment: visit.payment_status,
  answers: visit.answers.map((answer) => ({ ...answer })),
});

/** The choices among which a question is answered; none where anything may be written. */
function offeredBy({ field_type, choices }: FormField): string[] | null {
  if (field_type === 'yes_no') return ['yes', 'no'];
  return field_type === 'choice' ? choices : null;
}

/** The answers without those that cannot be chosen: neither offered by the question nor `given` to it before. */
export const choosable = (answers: FormAnswer[], fields: FormField[], given: FormAnswer[]): FormAnswer[] =>
  answers.filter(({ name, value }) => {
    const field = fields.find((each) => each.name === name);
    const isGiven = given.some((answer) => answer.name === name && answer.value === value);
    return isGiven || !field || (offeredBy(field)?.includes(value) ?? true);
  });

const orNull = (text: string): string | null => text.trim() || null;

/** What is typed, as the core takes it. */
export const visitEditOf = (form: VisitForm, visit: AppointmentDetail): EditAppointmentInput => ({
  appointment_id: visit.id,
  pet_id: form.petId || null,
  is_emergency: form.isEmergency,
  service_id: form.serviceId || null,
  notes: {
    title: orNull(form.title),
    reason: orNull(form.reason),
    symptoms: orNull(form.symptoms),
    special_requests: orNull(form.special_requests),
    client_notes: orNull(form.client_notes),
    internal_notes: orNull(form.internal_notes),
    pickup_address: orNull(form.pickup_address),
  },
  estimated_cost_cents: form.estimate,
  final_cost_cents: form.bill,
  payment_status: form.payment,
  answers: form.answers,
  scope: 'this',
});

/** Whether something was changed that the others of a series may get as well: not the pet, the bill or what was answered. */
export function isForSeries(input: EditAppointmentInput, visit: AppointmentDetail): boolean {
  const [typed, kept] = [input, visitEditOf(visitFormOf(visit), visit)].map(
    ({ service_id, notes, estimated_cost_cents, is_emergency }) =>
      JSON.stringify([service_id, notes, estimated_cost_cents, is_emergency]),
  );
  return visit.series_id !== null && typed !== kept;
}
