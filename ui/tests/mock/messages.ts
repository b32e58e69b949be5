import type {
  Client,
  ClientDetails,
  ClientMessage,
  ContactWishes,
  MessageChannel,
  Reach,
} from '../../src/lib/backend/bindings';
import { newId, type Memory } from './clinic';
import { refusal, type Handlers, type World } from './world';

/** A message as the memory keeps it: of whom, too. */
export type KeptMessage = ClientMessage & { client_id: string };

const PAGE = 30;

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

/** Stops what waits to go by what somebody has just said no to. */
function stop(messages: KeptMessage[], clientId: string, by: MessageChannel): void {
  for (const message of messages)
    if (message.client_id === clientId && message.channel === by && message.is_cancellable)
      Object.assign(message, { status: 'cancelled', error: 'opted_out', is_cancellable: false });
}

/** What is saved of a client's wishes: a no that stands keeps its date. */
export function saveWishes(client: Client, { wishes }: ClientDetails, now: number, messages: KeptMessage[]): void {
  if (!wishes) return;
  if (client.sms_opted_out_at === null && !wishes.is_sms_allowed) stop(messages, client.id, 'sms');
  if (client.email_status === 'subscribed' && wishes.email_status !== 'subscribed') stop(messages, client.id, 'email');
  client.wishes = wishes;
  client.email_status = wishes.email_status;
  client.sms_opted_out_at = wishes.is_sms_allowed ? null : (client.sms_opted_out_at ?? now);
}

export function messageHandlers(world: World): Handlers {
  const queue = (memory: Memory, clientId: string, visitId: string | null, body: string): null => {
    const client = memory.clients.find(({ id }) => id === clientId);
    if (!client) throw refusal('not_found', { field: 'client' });
    const reach = reachOf(client);
    if (!reach) throw refusal('no_way_to_write', { field: 'recipient' });
    memory.messages.unshift({
      ...reach,
      id: newId(),
      client_id: clientId,
      direction: 'outbound',
      purpose: 'conversation',
      appointment_id: visitId,
      subject: null,
      body: body.trim(),
      status: 'queued',
      at: world.now(),
      scheduled_for: world.now(),
      error: null,
      is_cancellable: true,
    });
    return null;
  };
  return {
    notify_client: ({ input }) =>
      world.write('notify_client', ['messages'], (memory) => {
        const visit = memory.visits.find(({ id }) => id === input.appointment_id);
        if (!visit?.client_id) throw refusal('not_found', { field: 'client_id' });
        return queue(memory, visit.client_id, visit.id, input.body);
      }),
    write_to_client: ({ input }) =>
      world.write('write_to_client', ['messages'], (memory) => queue(memory, input.client_id, null, input.body)),
    cancel_message: ({ id }) =>
      world.write('cancel_message', ['messages'], ({ messages }) => {
        const message = messages.find((one) => one.id === id);
        if (!message) throw refusal('not_found', { field: 'messages' });
        if (!message.is_cancellable) throw refusal('changed_since', { field: 'messages' });
        Object.assign(message, { status: 'cancelled', is_cancellable: false });
        return null;
      }),
    messages_of_client: ({ clientId, before }) => {
      const own = world.memory.messages.filter((message) => message.client_id === clientId);
      const from = own.findIndex(({ id }) => id === before) + 1;
      const messages = own.slice(from, from + PAGE);
      return { messages, next_before: own.length > from + PAGE ? (messages.at(-1)?.id ?? null) : null };
    },
    messages_of_visit: ({ id }) => world.memory.messages.filter(({ appointment_id }) => appointment_id === id),
  };
}
