CREATE TABLE message_templates (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  purpose TEXT NOT NULL DEFAULT 'conversation',
  channel TEXT NOT NULL CHECK (channel IN ('email', 'sms', 'push')),
  subject TEXT,
  html_body TEXT,
  text_body TEXT,
  category TEXT,
  variables TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(variables)),
  send_offset_minutes INTEGER,
  is_public INTEGER NOT NULL DEFAULT 0 CHECK (is_public IN (0, 1)),
  is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;

-- Every word that leaves or enters the clinic is one row.
CREATE TABLE messages (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  direction TEXT NOT NULL CHECK (direction IN ('inbound', 'outbound')),
  channel TEXT NOT NULL CHECK (channel IN ('email', 'sms', 'push')),
  purpose TEXT NOT NULL DEFAULT 'conversation' CHECK (purpose IN ('conversation', 'booking_confirmation', 'reminder', 'cancellation', 'follow_up', 'report_card', 'review_request', 'waitlist_offer', 'campaign', 'journey')),
  client_id BLOB REFERENCES clients (id) DEFERRABLE INITIALLY DEFERRED,
  appointment_id BLOB REFERENCES appointments (id) DEFERRABLE INITIALLY DEFERRED,
  template_id BLOB REFERENCES message_templates (id) DEFERRABLE INITIALLY DEFERRED,
  campaign_send_id BLOB,
  enrollment_id BLOB,
  faq_id BLOB,
  recipient TEXT NOT NULL DEFAULT '',
  subject TEXT,
  body TEXT NOT NULL DEFAULT '',
  status TEXT NOT NULL CHECK (status IN ('queued', 'sending', 'sent', 'delivered', 'failed', 'cancelled', 'received')),
  scheduled_for INTEGER,
  sent_at INTEGER,
  delivered_at INTEGER,
  opened_at INTEGER,
  clicked_at INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  max_attempts INTEGER NOT NULL DEFAULT 3 CHECK (max_attempts >= 0),
  error TEXT,
  tracking_id TEXT,
  provider TEXT,
  provider_message_id TEXT,
  cost_micros INTEGER,
  metadata TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metadata)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX messages_by_client ON messages (client_id, created_at);
CREATE INDEX messages_by_appointment ON messages (appointment_id) WHERE appointment_id IS NOT NULL;
CREATE INDEX messages_by_template ON messages (template_id) WHERE template_id IS NOT NULL;
CREATE INDEX messages_by_faq ON messages (faq_id) WHERE faq_id IS NOT NULL;
CREATE INDEX messages_due ON messages (scheduled_for) WHERE status = 'queued' AND deleted_at IS NULL;
CREATE INDEX messages_failed ON messages (updated_at) WHERE status = 'failed' AND deleted_at IS NULL;
CREATE INDEX messages_by_tracking ON messages (tracking_id) WHERE tracking_id IS NOT NULL;
CREATE INDEX messages_by_creation ON messages (created_at);

-- Append only.
CREATE TABLE message_events (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  message_id BLOB REFERENCES messages (id) DEFERRABLE INITIALLY DEFERRED,
  campaign_id BLOB,
  client_id BLOB REFERENCES clients (id) DEFERRABLE INITIALLY DEFERRED,
  kind TEXT NOT NULL CHECK (kind IN ('sent', 'delivered', 'opened', 'clicked', 'bounced', 'unsubscribed', 'complained', 'replied')),
  occurred_at INTEGER NOT NULL,
  user_agent TEXT,
  ip_address TEXT,
  location TEXT,
  device_type TEXT,
  link_url TEXT,
  link_text TEXT,
  bounce_type TEXT,
  bounce_reason TEXT,
  metadata TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metadata)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX message_events_by_message ON message_events (message_id);
CREATE INDEX message_events_by_campaign ON message_events (campaign_id, kind, client_id) WHERE campaign_id IS NOT NULL;
CREATE INDEX message_events_by_client ON message_events (client_id, occurred_at);

-- The id is UUIDv5 of client, topic and channel.
CREATE TABLE unsubscribes (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  client_id BLOB NOT NULL REFERENCES clients (id) DEFERRABLE INITIALLY DEFERRED,
  topic TEXT NOT NULL DEFAULT 'all',
  channel TEXT NOT NULL CHECK (channel IN ('email', 'sms', 'push')),
  reason TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX unsubscribes_by_client ON unsubscribes (client_id);

CREATE TABLE calls (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  client_id BLOB REFERENCES clients (id) DEFERRABLE INITIALLY DEFERRED,
  phone TEXT NOT NULL DEFAULT '',
  caller_name TEXT,
  direction TEXT NOT NULL CHECK (direction IN ('inbound', 'outbound')),
  status TEXT NOT NULL CHECK (status IN ('in_progress', 'completed', 'failed', 'no_answer', 'busy')),
  started_at INTEGER NOT NULL,
  duration_seconds INTEGER NOT NULL DEFAULT 0 CHECK (duration_seconds >= 0),
  recording_url TEXT,
  transcript TEXT,
  sentiment TEXT CHECK (sentiment IN ('positive', 'neutral', 'negative')),
  cost_micros INTEGER,
  notes TEXT,
  appointment_id BLOB REFERENCES appointments (id) DEFERRABLE INITIALLY DEFERRED,
  provider_call_id TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX calls_by_client ON calls (client_id, started_at);
CREATE INDEX calls_by_start ON calls (started_at);
CREATE INDEX calls_by_appointment ON calls (appointment_id) WHERE appointment_id IS NOT NULL;

CREATE TABLE faqs (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  category TEXT NOT NULL DEFAULT '',
  question TEXT NOT NULL,
  answer TEXT NOT NULL,
  keywords TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(keywords)),
  display_order INTEGER NOT NULL DEFAULT 0,
  is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;

CREATE TABLE prompts (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  kind TEXT NOT NULL CHECK (kind IN ('voice', 'sms')),
  body TEXT NOT NULL,
  version TEXT NOT NULL DEFAULT 'v1.0.0',
  is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
