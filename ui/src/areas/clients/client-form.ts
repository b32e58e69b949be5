import type { Client, ClientDetails, EmailStatus, Notifications } from '$lib/backend';

/** A client as it is typed. */
export interface ClientForm {
  first: string;
  last: string;
  phone: string;
  email: string;
  address: string;
  notes: string;
  tags: string[];
  own: { name: string; value: string }[];
  /** Whether they may be written to by e-mail and by SMS, and what they want to be sent. */
  mail: EmailStatus;
  sms: 'allowed' | 'opted_out';
  sms_reminders: boolean;
  email_reminders: boolean;
  appointment_confirmations: boolean;
  medical_updates: boolean;
}

/** What a client may want to be sent, as it is asked for. */
export const NOTIFICATIONS = [
  'sms_reminders',
  'email_reminders',
  'appointment_confirmations',
  'medical_updates',
] as const satisfies readonly (keyof Notifications)[];

/** The names the core has for the fields of the form. */
export const SHOWN = ['first_name', 'last_name', 'phone', 'email', 'address', 'notes', 'tags', 'custom_fields'];

export const emptyForm = (): ClientForm => ({
  first: '',
  last: '',
  phone: '',
  email: '',
  address: '',
  notes: '',
  tags: [],
  own: [],
  mail: 'subscribed',
  sms: 'allowed',
  sms_reminders: true,
  email_reminders: true,
  appointment_confirmations: true,
  medical_updates: true,
});

export const formOf = (client: ClientDetails): ClientForm => ({
  ...emptyForm(),
  first: client.first_name,
  last: client.last_name,
  phone: client.phone ?? '',
  email: client.email ?? '',
  address: client.address ?? '',
  notes: client.notes ?? '',
  tags: [...client.tags],
  own: Object.entries(client.custom_fields).map(([name, value]) => ({ name, value: value ?? '' })),
  ...(client.wishes && {
    mail: client.wishes.email_status,
    sms: client.wishes.is_sms_allowed ? 'allowed' : 'opted_out',
    ...client.wishes.notifications,
  }),
});

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

export type OwnTrouble = 'nameless' | 'twice';

/** What is wrong with each own field: a value that nothing is called by, or a name that one before it has. It would be lost in silence. */
export const ownTroubles = (own: ClientForm['own']): (OwnTrouble | null)[] =>
  own.map(({ name, value }, index) => {
    if (value.trim() === '') return null;
    if (name.trim() === '') return 'nameless';
    const isTaken = own.slice(0, index).some((other) => other.value.trim() !== '' && other.name.trim() === name.trim());
    return isTaken ? 'twice' : null;
  });

/** What is typed, as the core takes it. Own fields in which something is wrong are refused before (`ownTroubles`). */
export const detailsOf = (form: ClientForm): ClientDetails => ({
  first_name: form.first.trim(),
  last_name: form.last.trim(),
  phone: orNull(form.phone),
  email: orNull(form.email),
  address: orNull(form.address),
  notes: orNull(form.notes),
  tags: form.tags,
  custom_fields: Object.fromEntries(
    form.own
      .filter(({ name, value }) => name.trim() !== '' && value.trim() !== '')
      .map(({ name, value }) => [name.trim(), value]),
  ),
  wishes: {
    email_status: form.mail,
    is_sms_allowed: form.sms === 'allowed',
    notifications: {
      sms_reminders: form.sms_reminders,
      email_reminders: form.email_reminders,
      appointment_confirmations: form.appointment_confirmations,
      medical_updates: form.medical_updates,
    },
  },
});

/** A client's details with some of them changed, for a write that changes one thing. */
export const withDetails = (client: Client, change: Partial<ClientDetails>): ClientDetails => ({
  ...detailsOf(formOf(client)),
  ...change,
});

/** Whether enough is typed for a look at who is here already. */
export const canBeKnown = (form: ClientForm): boolean =>
  (form.first.trim() !== '' && form.last.trim() !== '') ||
  form.phone.replace(/\D/g, '').length >= 6 ||
  /^\S+@\S+\.\S+$/.test(form.email.trim());
