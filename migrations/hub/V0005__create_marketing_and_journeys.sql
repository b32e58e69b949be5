CREATE TABLE lists (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  description text,
  metadata jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id)
);

-- The id is UUIDv5 of list and client.
CREATE TABLE list_members (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  list_id uuid NOT NULL,
  client_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, list_id) REFERENCES lists (clinic_id, id),
  FOREIGN KEY (clinic_id, client_id) REFERENCES clients (clinic_id, id)
);
CREATE INDEX list_members_by_list ON list_members (clinic_id, list_id);
CREATE INDEX list_members_by_client ON list_members (clinic_id, client_id);

CREATE TABLE campaigns (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  kind text NOT NULL DEFAULT 'one_time' CHECK (kind IN ('one_time', 'recurring')),
  status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'scheduled', 'sending', 'paused', 'sent', 'cancelled')),
  template_id uuid,
  segment jsonb NOT NULL DEFAULT '{}',
  message jsonb NOT NULL DEFAULT '{}',
  ab_test jsonb,
  recurrence text,
  scheduled_for timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  created_by uuid,
  metadata jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, template_id) REFERENCES message_templates (clinic_id, id),
  FOREIGN KEY (clinic_id, created_by) REFERENCES staff (clinic_id, id)
);

-- The id is UUIDv5 of campaign and list.
CREATE TABLE campaign_lists (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  list_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, campaign_id) REFERENCES campaigns (clinic_id, id),
  FOREIGN KEY (clinic_id, list_id) REFERENCES lists (clinic_id, id)
);
CREATE INDEX campaign_lists_by_campaign ON campaign_lists (clinic_id, campaign_id);
CREATE INDEX campaign_lists_by_list ON campaign_lists (clinic_id, list_id);

CREATE TABLE campaign_sends (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  client_id uuid NOT NULL,
  message_id uuid,
  variant text,
  sent_at timestamptz,
  delivered_at timestamptz,
  opened_at timestamptz,
  clicked_at timestamptz,
  appointment_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, campaign_id) REFERENCES campaigns (clinic_id, id),
  FOREIGN KEY (clinic_id, client_id) REFERENCES clients (clinic_id, id),
  FOREIGN KEY (clinic_id, message_id) REFERENCES messages (clinic_id, id),
  FOREIGN KEY (clinic_id, appointment_id) REFERENCES appointments (clinic_id, id)
);
CREATE INDEX campaign_sends_by_campaign ON campaign_sends (clinic_id, campaign_id);
CREATE INDEX campaign_sends_by_client ON campaign_sends (clinic_id, client_id);

CREATE TABLE sequences (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  trigger_source text NOT NULL DEFAULT 'manual' CHECK (trigger_source IN ('manual', 'quickbooks', 'jobber', 'petrel')),
  trigger_event text,
  status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'active', 'paused')),
  flow jsonb NOT NULL DEFAULT '{}',
  settings jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id)
);

CREATE TABLE sequence_steps (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  sequence_id uuid NOT NULL,
  position bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('email', 'sms', 'wait', 'trigger')),
  channel text CHECK (channel IN ('email', 'sms')),
  delay_minutes bigint NOT NULL DEFAULT 0 CHECK (delay_minutes >= 0),
  message_purpose text,
  message_config jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, sequence_id) REFERENCES sequences (clinic_id, id)
);
CREATE INDEX sequence_steps_by_sequence ON sequence_steps (clinic_id, sequence_id);

CREATE TABLE enrollments (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  sequence_id uuid NOT NULL,
  client_id uuid NOT NULL,
  current_step bigint NOT NULL DEFAULT 0,
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'completed', 'stopped', 'failed')),
  enrolled_at timestamptz NOT NULL,
  next_step_at timestamptz,
  metadata jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, sequence_id) REFERENCES sequences (clinic_id, id),
  FOREIGN KEY (clinic_id, client_id) REFERENCES clients (clinic_id, id)
);
CREATE INDEX enrollments_by_sequence ON enrollments (clinic_id, sequence_id);
CREATE INDEX enrollments_by_client ON enrollments (clinic_id, client_id);

-- Tokens live on the hub alone.
CREATE TABLE integrations (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  provider text NOT NULL CHECK (provider IN ('quickbooks', 'jobber')),
  status text NOT NULL DEFAULT 'disconnected' CHECK (status IN ('connected', 'token_expired', 'disconnected')),
  account_id text,
  account_name text,
  last_customer_sync_at timestamptz,
  last_error text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id)
);
