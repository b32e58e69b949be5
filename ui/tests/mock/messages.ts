import type { Client, ClientDetails, ContactWishes, Reach } from '../../src/lib/backend/bindings';

const ALL = { sms_reminders: true, email_reminders: true, appointment_confirmations: true, medical_updates: true };

const wishesOf = (client: Client): ContactWishes => ({
  email_status: client.email_status,
  is_sms_allowed: client.sms_opted_out_at === null,
  notifications: client.wishes?.notifications ?? ALL,
});

/** By SMS where nobody said no to that, else by e-mail where nobody said no to that. */
function reachOf(client: Client): Reach | null {
  if (client.phone && !client.is_phone_unclear && client.sms_opted_out_at === null)
    return { channel: 'sms', recipient: client.phone };
  return client.email && client.email_status === 'subscribed' ? { channel: 'email', recipient: client.email } : null;
}

/** A client with how they want to be written to, and how they can be. */
export const written = (client: Client): Client => ({ ...client, wishes: wishesOf(client), reach: reachOf(client) });

/** What is saved of a client's wishes: a no that stands keeps its date. */
export function saveWishes(client: Client, { wishes }: ClientDetails, now: number): void {
  if (!wishes) return;
  client.wishes = wishes;
  client.email_status = wishes.email_status;
  client.sms_opted_out_at = wishes.is_sms_allowed ? null : (client.sms_opted_out_at ?? now);
}
