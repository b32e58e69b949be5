CREATE TABLE lists (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  description TEXT,
  metadata TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metadata)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;

-- The id is UUIDv5 of list and client.
CREATE TABLE list_members (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  list_id BLOB NOT NULL REFERENCES lists (id) DEFERRABLE INITIALLY DEFERRED,
  client_id BLOB NOT NULL REFERENCES clients (id) DEFERRABLE INITIALLY DEFERRED,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX list_members_by_list ON list_members (list_id, client_id) WHERE deleted_at IS NULL;
CREATE INDEX list_members_by_client ON list_members (client_id);

CREATE TABLE campaigns (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  kind TEXT NOT NULL DEFAULT 'one_time' CHECK (kind IN ('one_time', 'recurring')),
  status TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'scheduled', 'sending', 'paused', 'sent', 'cancelled')),
  template_id BLOB REFERENCES message_templates (id) DEFERRABLE INITIALLY DEFERRED,
  segment TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(segment)),
  message TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(message)),
  ab_test TEXT CHECK (json_valid(ab_test)),
  recurrence TEXT,
  scheduled_for INTEGER,
  started_at INTEGER,
  finished_at INTEGER,
  created_by BLOB REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED,
  metadata TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metadata)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX campaigns_scheduled ON campaigns (scheduled_for) WHERE status = 'scheduled' AND deleted_at IS NULL;

-- The id is UUIDv5 of campaign and list.
CREATE TABLE campaign_lists (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  campaign_id BLOB NOT NULL REFERENCES campaigns (id) DEFERRABLE INITIALLY DEFERRED,
  list_id BLOB NOT NULL REFERENCES lists (id) DEFERRABLE INITIALLY DEFERRED,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX campaign_lists_by_campaign ON campaign_lists (campaign_id);
CREATE INDEX campaign_lists_by_list ON campaign_lists (list_id);

CREATE TABLE campaign_sends (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  campaign_id BLOB NOT NULL REFERENCES campaigns (id) DEFERRABLE INITIALLY DEFERRED,
  client_id BLOB NOT NULL REFERENCES clients (id) DEFERRABLE INITIALLY DEFERRED,
  message_id BLOB REFERENCES messages (id) DEFERRABLE INITIALLY DEFERRED,
  variant TEXT,
  sent_at INTEGER,
  delivered_at INTEGER,
  opened_at INTEGER,
  clicked_at INTEGER,
  appointment_id BLOB REFERENCES appointments (id) DEFERRABLE INITIALLY DEFERRED,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX campaign_sends_by_campaign ON campaign_sends (campaign_id, client_id);
CREATE INDEX campaign_sends_by_client ON campaign_sends (client_id);
CREATE INDEX campaign_sends_by_appointment ON campaign_sends (appointment_id) WHERE appointment_id IS NOT NULL;

CREATE TABLE sequences (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  trigger_source TEXT NOT NULL DEFAULT 'manual' CHECK (trigger_source IN ('manual', 'quickbooks', 'jobber', 'petrel')),
  trigger_event TEXT,
  status TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'active', 'paused')),
  flow TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(flow)),
  settings TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(settings)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX sequences_by_trigger ON sequences (trigger_event) WHERE status = 'active' AND deleted_at IS NULL;

CREATE TABLE sequence_steps (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  sequence_id BLOB NOT NULL REFERENCES sequences (id) DEFERRABLE INITIALLY DEFERRED,
  position INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('email', 'sms', 'wait', 'trigger')),
  channel TEXT CHECK (channel IN ('email', 'sms')),
  delay_minutes INTEGER NOT NULL DEFAULT 0 CHECK (delay_minutes >= 0),
  message_purpose TEXT,
  message_config TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(message_config)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX sequence_steps_by_sequence ON sequence_steps (sequence_id, position);

CREATE TABLE enrollments (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  sequence_id BLOB NOT NULL REFERENCES sequences (id) DEFERRABLE INITIALLY DEFERRED,
  client_id BLOB NOT NULL REFERENCES clients (id) DEFERRABLE INITIALLY DEFERRED,
  current_step INTEGER NOT NULL DEFAULT 0,
  status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'completed', 'stopped', 'failed')),
  enrolled_at INTEGER NOT NULL,
  next_step_at INTEGER,
  metadata TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metadata)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX enrollments_by_sequence ON enrollments (sequence_id, status);
CREATE INDEX enrollments_by_client ON enrollments (client_id);
CREATE INDEX enrollments_due ON enrollments (next_step_at) WHERE status = 'active' AND deleted_at IS NULL;

-- Tokens live on the hub alone.
CREATE TABLE integrations (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  provider TEXT NOT NULL CHECK (provider IN ('quickbooks', 'jobber')),
  status TEXT NOT NULL DEFAULT 'disconnected' CHECK (status IN ('connected', 'token_expired', 'disconnected')),
  account_id TEXT,
  account_name TEXT,
  last_customer_sync_at INTEGER,
  last_error TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
